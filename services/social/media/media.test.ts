import { connectInMemory, serveInMemory } from "@faultline/rpc/memory";
import { testCall } from "@faultline/rpc/test-call";
import { ErrorCode, MediaService } from "@faultline/thrift/social";
import { expect, onTestFinished, test } from "vitest";
import { createMedia } from "./media.ts";

function startMedia() {
  const names = { contract: MediaService, layers: [], service: "media" };
  const server = serveInMemory({ ...names, handlers: createMedia(), log: testCall().log });
  const { client, close } = connectInMemory({ ...names, server, peer: "media" });
  onTestFinished(async () => {
    close();
    await server.close();
  });
  return client;
}

test("ids and types are paired by their places", async () => {
  const client = startMedia();

  const media = await client.composeMedia(
    { reqId: 1n, mediaTypes: ["png", "jpg"], mediaIds: [12345678901234567n, 5n] },
    testCall(),
  );

  expect(media).toEqual([
    { mediaId: 12345678901234567n, mediaType: "png" },
    { mediaId: 5n, mediaType: "jpg" },
  ]);
});

test("no media are no media", async () => {
  const request = { reqId: 1n, mediaTypes: [], mediaIds: [] };

  expect(await startMedia().composeMedia(request, testCall())).toEqual([]);
});

test("ids and types of different number are refused", async () => {
  const request = { reqId: 1n, mediaTypes: ["png"], mediaIds: [1n, 2n] };

  await expect(startMedia().composeMedia(request, testCall())).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: "The lengths of media_id list and media_type list are not equal",
  });
});

test.each([
  [101, "png", "a post has at most 100 media"],
  [1, "p".repeat(65), "the type of a medium has at most 64 characters"],
])("%i media of types like %.8s are refused: %s", async (count, type, message) => {
  const request = {
    reqId: 1n,
    mediaTypes: Array(count).fill(type),
    mediaIds: Array(count).fill(1n),
  };

  await expect(startMedia().composeMedia(request, testCall())).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message,
  });
});

test("a post may have a hundred media of long types", async () => {
  const mediaTypes = Array(100).fill("p".repeat(64));
  const request = { reqId: 1n, mediaTypes, mediaIds: Array(100).fill(1n) };

  expect(await startMedia().composeMedia(request, testCall())).toHaveLength(100);
});
