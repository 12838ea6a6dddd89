import { unavailable } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import type { Cache } from "@faultline/stores/memcached";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { ErrorCode, type Post, PostStorageService } from "@faultline/thrift/social";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test, vi } from "vitest";
import { served } from "../served-testing.ts";
import { createPostStorage, indexPosts } from "./post-storage.ts";
import type { StoredPost } from "./stored-post.ts";

const mongoUrl = mongoForFile();

async function open(parts: { mongo?: Mongo; cache?: Cache; now?: () => number } = {}) {
  const { mongo = createMemoryMongo(), cache = createMemoryCache(), now = Date.now } = parts;
  await indexPosts(mongo, testCall());
  return {
    mongo,
    cache,
    client: served(PostStorageService, createPostStorage({ mongo, cache, now })),
  };
}

function post(postId: bigint, more: Partial<Post> = {}): Post {
  return {
    postId,
    creator: { userId: 1n, username: "ann" },
    reqId: 7n,
    text: "hello",
    userMentions: [],
    media: [],
    urls: [],
    timestamp: 1_700_000_000_000n + postId,
    postType: 0,
    ...more,
  };
}

const full = post(2n ** 60n + 1n, {
  userMentions: [{ userId: 2n, username: "bob" }],
  media: [{ mediaId: 2n ** 62n, mediaType: "png" }],
  urls: [{ shortenedUrl: "http://short-url/a", expandedUrl: "http://b" }],
  postType: 2,
});

const handlerError = ErrorCode.SE_THRIFT_HANDLER_ERROR;
const mongoError = ErrorCode.SE_MONGODB_ERROR;

test("a post is read as it was stored, from the database and from the cache", async () => {
  const { client, cache } = await open();
  await client.storePost({ reqId: 1n, post: full }, testCall());

  expect(await client.readPost({ reqId: 1n, postId: full.postId }, testCall())).toEqual(full);
  await vi.waitFor(async () => {
    expect(await cache.get(`${full.postId}`, testCall())).toBeDefined();
  });
  expect(await client.readPost({ reqId: 1n, postId: full.postId }, testCall())).toEqual(full);
});

test("the document has the originals' fields, types and order, and a mark", async () => {
  const database = `post-${crypto.randomUUID()}`;
  const settings = { url: mongoUrl(), database, service: "post-storage", peer: "mongodb" };
  const mongo = connectMongo({ ...settings, bigints: true });
  const raw = new MongoClient(mongoUrl(), { promoteLongs: false, promoteValues: false });
  onTestFinished(async () => {
    await mongo.close();
    await raw.close();
  });
  const { client } = await open({ mongo, now: () => 1_800_000_000_000 });

  await client.storePost({ reqId: 1n, post: full }, testCall());

  const document = await raw.db(database).collection("post").findOne({});
  expect(Object.keys(document ?? {})).toEqual([
    ...["_id", "post_id", "timestamp", "text", "req_id", "post_type", "creator", "urls"],
    ...["user_mentions", "media", "fanout"],
  ]);
  const types = [document?.post_id, document?.timestamp, document?.req_id, document?.fanout];
  expect(types.map((value) => value?._bsontype)).toEqual(["Long", "Long", "Long", "Long"]);
  expect(document?.post_type?._bsontype).toBe("Int32");
  expect(document?.creator.user_id._bsontype).toBe("Long");
  expect(document?.user_mentions[0].user_id._bsontype).toBe("Long");
  expect(document?.media[0].media_id._bsontype).toBe("Long");
  const indexes = await raw.db(database).collection("post").indexes();
  expect(indexes.map((index) => index.name)).toContain("post_id_1");
});

test("the indexes serve open posts and mentions", async () => {
  const database = `post-${crypto.randomUUID()}`;
  const mongo = connectMongo({
    ...{ url: mongoUrl(), database, service: "post-storage", peer: "mongodb", bigints: true },
  });
  const raw = new MongoClient(mongoUrl());
  onTestFinished(async () => {
    await mongo.close();
    await raw.close();
  });
  await open({ mongo });
  const posts = raw.db(database).collection("post");

  const open_ = await posts
    .find({ fanout: { $lt: 5 } })
    .sort({ fanout: 1 })
    .explain();
  const mentions = await posts
    .find({ "user_mentions.user_id": 5 })
    .sort({ timestamp: -1, post_id: -1 })
    .explain();

  const plans = JSON.stringify([open_.queryPlanner, mentions.queryPlanner]);
  expect(plans).toContain('"indexName":"fanout_1"');
  expect(plans).toContain('"indexName":"user_mentions.user_id_1_timestamp_-1_post_id_-1"');
  expect(plans).not.toContain("COLLSCAN");
});

test("what was sent again is stored once; another post of the same id is refused", async () => {
  const { client, mongo } = await open();
  await client.storePost({ reqId: 1n, post: post(1n) }, testCall());

  await client.storePost({ reqId: 1n, post: post(1n) }, testCall());
  const other = client.storePost({ reqId: 1n, post: post(1n, { text: "other" }) }, testCall());

  await expect(other).rejects.toMatchObject({ exceptionCode: mongoError });
  expect(await mongo.collection("post").count({}, testCall())).toBe(1);
});

test("a page has the posts in the order asked, and leaves out those that do not exist", async () => {
  const { client } = await open();
  for (const id of [1n, 2n, 3n]) await client.storePost({ reqId: 1n, post: post(id) }, testCall());
  await client.readPosts({ reqId: 1n, postIds: [2n] }, testCall());

  const posts = await client.readPosts({ reqId: 1n, postIds: [3n, 9n, 2n, 1n] }, testCall());

  expect(posts.map((one) => one.postId)).toEqual([3n, 2n, 1n]);
  expect(await client.readPosts({ reqId: 1n, postIds: [] }, testCall())).toEqual([]);
});

test("duplicate ids, and a single post that does not exist, are the contract's exceptions", async () => {
  const { client } = await open();

  await expect(
    client.readPosts({ reqId: 1n, postIds: [1n, 1n] }, testCall()),
  ).rejects.toMatchObject({ exceptionCode: handlerError, message: "Post_ids are duplicated" });
  await expect(client.readPost({ reqId: 1n, postId: 4n }, testCall())).rejects.toMatchObject({
    exceptionCode: handlerError,
    message: "Post_id: 4 doesn't exist in MongoDB",
  });
});

test("a cached value that cannot be read, or is another post's, is overwritten", async () => {
  const { client, cache } = await open();
  for (const id of [1n, 2n]) await client.storePost({ reqId: 1n, post: post(id) }, testCall());
  await cache.set("1", "{ nonsense", testCall());
  await cache.set("2", '{"post_id":1}', testCall());

  const posts = await client.readPosts({ reqId: 1n, postIds: [1n, 2n] }, testCall());

  expect(posts).toEqual([post(1n), post(2n)]);
  await vi.waitFor(async () => {
    expect(`${await cache.get("1", testCall())}`).toContain('"post_id" : 1');
    expect(`${await cache.get("2", testCall())}`).toContain('"post_id" : 2');
  });
});

test("the mark is neither in the cache nor in what is read", async () => {
  const { client, cache } = await open();
  await client.storePost({ reqId: 1n, post: post(1n) }, testCall());
  await client.readPosts({ reqId: 1n, postIds: [1n] }, testCall());

  await vi.waitFor(async () => {
    expect(`${await cache.get("1", testCall())}`).toContain("post_id");
  });
  expect(`${await cache.get("1", testCall())}`).not.toContain("fanout");
});

test("a dead cache costs nothing but time", async () => {
  const dead: Cache = {
    ...createMemoryCache(),
    getMany: () => Promise.reject(unavailable("gone")),
    set: () => Promise.reject(unavailable("gone")),
  };
  const { client } = await open({ cache: dead });
  await client.storePost({ reqId: 1n, post: post(1n) }, testCall());

  expect(await client.readPosts({ reqId: 1n, postIds: [1n] }, testCall())).toEqual([post(1n)]);
});

test("a database that fails is the contract's exception, and a page is never quietly empty", async () => {
  const mongo = troubledMongo(createMemoryMongo(), () => "failed");
  const { client } = await open({ mongo });

  for (const call of [
    client.storePost({ reqId: 1n, post: post(1n) }, testCall()),
    client.readPosts({ reqId: 1n, postIds: [1n] }, testCall()),
    client.readPost({ reqId: 1n, postId: 1n }, testCall()),
  ]) {
    await expect(call).rejects.toMatchObject({ exceptionCode: mongoError });
  }
});

test("posts are open from when they are stored until they are closed", async () => {
  let nowMs = 1_000;
  const { client } = await open({ now: () => nowMs });
  for (const id of [3n, 1n, 2n]) {
    await client.storePost({ reqId: 1n, post: post(id) }, testCall());
    nowMs += 1_000;
  }
  const openIds = async (storedBefore: bigint, limit: number, without: bigint[] = []) => {
    const request = { reqId: 1n, storedBefore, limit, without };
    const posts = await client.listOpenPosts(request, testCall());
    return posts.map((one) => one.postId);
  };

  expect(await openIds(3_000n, 10)).toEqual([3n, 1n]);
  expect(await openIds(9_000n, 2)).toEqual([3n, 1n]);
  expect(await openIds(9_000n, 0)).toEqual([]);
  expect(await openIds(9_000n, 2, [3n])).toEqual([1n, 2n]);
  await client.closePosts({ reqId: 1n, postIds: [1n, 3n, 99n] }, testCall());
  expect(await openIds(9_000n, 10)).toEqual([2n]);
});

test("the newest posts that mention somebody are listed", async () => {
  const { client } = await open();
  const mention = (userId: bigint) => ({ userMentions: [{ userId, username: "x" }] });
  await client.storePost({ reqId: 1n, post: post(1n, mention(5n)) }, testCall());
  await client.storePost({ reqId: 1n, post: post(2n, mention(6n)) }, testCall());
  await client.storePost({ reqId: 1n, post: post(3n, mention(5n)) }, testCall());
  await client.storePost({ reqId: 1n, post: post(4n) }, testCall());

  const all = await client.listMentions({ reqId: 1n, userId: 5n, limit: 10 }, testCall());
  const one = await client.listMentions({ reqId: 1n, userId: 5n, limit: 1 }, testCall());

  expect(all.map((entry) => entry.postId)).toEqual([3n, 1n]);
  expect(one).toEqual([{ postId: 3n, timestamp: 1_700_000_000_003n }]);
});

test("a document that an original wrote without lists is read", async () => {
  const { client, mongo } = await open();
  const bare = { post_id: 1n, timestamp: 2n, text: "t", req_id: 3n, post_type: 0 };
  const creator = { user_id: 4n, username: "u" };
  const posts = mongo.collection<Partial<StoredPost>>("post");
  await posts.insertMany([{ ...bare, creator }], testCall());

  expect(await client.readPost({ reqId: 1n, postId: 1n }, testCall())).toMatchObject({
    creator: { userId: 4n },
    media: [],
    urls: [],
    userMentions: [],
  });
});
