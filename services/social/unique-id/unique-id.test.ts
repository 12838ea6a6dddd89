import { connectInMemory, serveInMemory } from "@faultline/rpc/memory";
import { testCall } from "@faultline/rpc/test-call";
import { PostType, UniqueIdService } from "@faultline/thrift/social";
import { expect, onTestFinished, test } from "vitest";
import { createUniqueIds } from "../unique-ids.ts";
import { createUniqueId } from "./unique-id.ts";

test("posts of whatever type get ids that grow", async () => {
  const ids = createUniqueIds({ machine: 0x5a3, now: () => 1_790_000_000_000 });
  const names = { contract: UniqueIdService, layers: [], service: "unique-id" };
  const server = serveInMemory({ ...names, handlers: createUniqueId(ids), log: testCall().log });
  const { client, close } = connectInMemory({ ...names, server, peer: "unique-id" });
  onTestFinished(async () => {
    close();
    await server.close();
  });
  const compose = (postType: number) => client.composeUniqueId({ reqId: 7n, postType }, testCall());

  expect(await compose(PostType.POST)).toBe(6499821625674825728n);
  expect(await compose(PostType.DM)).toBe(6499821625674825729n);
  expect(await compose(99)).toBe(6499821625674825730n);
});
