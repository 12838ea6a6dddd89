import { testCall } from "@faultline/rpc/test-call";
import { ComposePostService } from "@faultline/thrift/social";
import { expect, test } from "vitest";
import { served } from "../served-testing.ts";
import { createComposePostLostFanOut } from "./compose-post-lost-fan-out.ts";
import { createNeighbours } from "./compose-post-testing.ts";

test("a post is stored and in its author's timeline, and nobody else ever hears of it", async () => {
  const { clients, asked, stored, closed } = createNeighbours(async () => {});
  const client = served(ComposePostService, createComposePostLostFanOut({ clients }));
  const request = { reqId: 7n, username: "ann", userId: 1n, text: "hi", postType: 0 };

  await client.composePost({ ...request, mediaIds: [], mediaTypes: [] }, testCall());

  expect(stored).toHaveLength(1);
  expect(asked).toContain("writeUserTimeline");
  expect(asked).not.toContain("writeHomeTimeline");
  // What has no mark is never repaired.
  expect(closed).toEqual([100n]);
});
