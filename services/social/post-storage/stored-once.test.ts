import { testCall } from "@faultline/rpc/test-call";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { ErrorCode, type Post, PostStorageService } from "@faultline/thrift/social";
import { expect, onTestFinished, test } from "vitest";
import { served } from "../served-testing.ts";
import { createPostStorage, indexPosts } from "./post-storage.ts";

const mongoUrl = mongoForFile();
let databases = 0;

const kinds = [
  { name: "the real database", open: realMongo },
  { name: "its twin in memory", open: createMemoryMongo },
];

function realMongo(): Mongo {
  const database = `once_${databases++}`;
  const settings = { database, service: "post-storage", peer: "mongodb", bigints: true };
  const mongo = connectMongo({ url: mongoUrl(), ...settings });
  onTestFinished(() => mongo.close());
  return mongo;
}

async function open(mongo: Mongo) {
  await indexPosts(mongo, testCall());
  const client = served(
    PostStorageService,
    createPostStorage({ mongo, cache: createMemoryCache() }),
  );
  const once = (post: Post, onceKey: string) =>
    client.storePostOnce({ reqId: 1n, post, onceKey }, testCall());
  const isThere = (postId: bigint) =>
    client.readPost({ reqId: 1n, postId }, testCall()).then(
      () => true,
      () => false,
    );
  return { client, once, isThere };
}

function post(postId: bigint, userId = 1n): Post {
  const lists = { userMentions: [], media: [], urls: [] };
  const creator = { userId, username: `user ${userId}` };
  return {
    postId,
    creator,
    reqId: 7n,
    text: `${postId}`,
    timestamp: postId,
    postType: 0,
    ...lists,
  };
}

test.each(kinds)("of posts with one key the first is stored: $name", async (kind) => {
  const { once, isThere } = await open(kind.open());

  expect(await once(post(1n), "a")).toEqual(post(1n));
  expect(await once(post(2n), "a")).toEqual(post(1n));
  // Sent again after its answer got lost.
  expect(await once(post(1n), "a")).toEqual(post(1n));

  expect(await isThere(1n)).toBe(true);
  expect(await isThere(2n)).toBe(false);
});

test.each(kinds)("of posts that come at once all get the same: $name", async (kind) => {
  const { once } = await open(kind.open());

  const ids = Array.from({ length: 16 }, (_, index) => BigInt(index + 1));
  const stored = await Promise.all(ids.map((id) => once(post(id), "a")));

  expect(new Set(stored.map(({ postId }) => postId)).size).toBe(1);
});

test.each(kinds)(
  "other keys, other users and posts without a key are others: $name",
  async (kind) => {
    const { once, client, isThere } = await open(kind.open());
    await once(post(1n), "a");
    await once(post(2n), "b");
    await once(post(3n, 2n), "a");
    for (const id of [4n, 5n]) await client.storePost({ reqId: 1n, post: post(id) }, testCall());

    for (const id of [1n, 2n, 3n, 4n, 5n]) expect(await isThere(id)).toBe(true);
  },
);

test("an id that another post has is no success", async () => {
  const { once, client } = await open(createMemoryMongo());
  await client.storePost({ reqId: 1n, post: post(1n) }, testCall());

  await expect(once({ ...post(1n), text: "other" }, "a")).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_MONGODB_ERROR,
  });
});

test.each(["", "x".repeat(256)])("a key has 1 to 255 bytes, not those of %j", async (key) => {
  const { once } = await open(createMemoryMongo());
  await expect(once(post(1n), key)).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
  });
});
