import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { testCall } from "@faultline/rpc/test-call";
import type { Mongo } from "@faultline/stores/mongo";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import type { Redis } from "@faultline/stores/redis";
import { connectRedis } from "@faultline/stores/redis-client";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { redisForFile } from "@faultline/stores/testing/redis-server";
import { seeCalls } from "@faultline/stores/testing/seen-calls";
import { type Fate, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { ErrorCode, UserTimelineService } from "@faultline/thrift/social";
import { expect, onTestFinished, test } from "vitest";
import { served } from "../served-testing.ts";
import { postsAsAsked } from "./post-storage-testing.ts";
import type { StoredTimeline } from "./stored-timeline.ts";
import { createUserTimeline, indexTimelines } from "./user-timeline.ts";

const mongoUrl = mongoForFile();
const redisUrl = redisForFile();

const worlds = [
  {
    name: "over real stores",
    open(): { mongo: Mongo; redis: Redis } {
      const own = { service: "user-timeline", peer: "store" };
      const database = `timelines-${crypto.randomUUID()}`;
      const mongo = connectMongo({ ...own, url: mongoUrl(), database, bigints: true });
      const redis = connectRedis({ ...own, url: redisUrl() });
      onTestFinished(async () => {
        await mongo.close();
        await redis.close();
      });
      return { mongo, redis };
    },
  },
  {
    name: "in memory",
    open: () => ({ mongo: createMemoryMongo(), redis: createMemoryRedis() }),
  },
];

async function open(parts: { mongo: Mongo; redis: Redis }) {
  const asked: bigint[][] = [];
  const clients = { "post-storage": postsAsAsked(asked) };
  await indexTimelines(parts.mongo, testCall());
  const client = served(UserTimelineService, createUserTimeline({ clients, ...parts }));
  return {
    client,
    asked,
    write: (userId: bigint, postId: bigint, timestamp = postId) =>
      client.writeUserTimeline({ reqId: 1n, userId, postId, timestamp }, testCall()),
    async read(userId: bigint, start: number, stop: number): Promise<bigint[]> {
      const request = { reqId: 1n, userId, start, stop };
      const posts = await client.readUserTimeline(request, testCall());
      return posts.map((post) => post.postId);
    },
    async stored(userId: bigint): Promise<bigint[]> {
      const timelines = parts.mongo.collection<StoredTimeline>("user-timeline");
      const timeline = await timelines.findOne({ user_id: userId }, testCall());
      return (timeline?.posts ?? []).map((post) => post.post_id);
    },
  };
}

/** Users of the shared Redis have ids of their own. */
let lastUser = 0n;
const someUser = () => ++lastUser;

test.for(worlds)("$name pages are half open and newest first, deep ones too", async (world) => {
  const { write, read } = await open(world.open());
  const user = someUser();
  for (const post of [10n, 30n, 20n, 40n, 50n]) await write(user, post);

  expect(await read(user, 0, 10)).toEqual([50n, 40n, 30n, 20n, 10n]);
  expect(await read(user, 1, 3)).toEqual([40n, 30n]);
  expect(await read(user, 4, 9)).toEqual([10n]);
  expect(await read(user, 5, 9)).toEqual([]);
  expect(await read(someUser(), 0, 10)).toEqual([]);
});

test.for(worlds)("$name an invalid range asks no store and no callee", async (world) => {
  const { write, read, asked } = await open(world.open());
  const user = someUser();
  await write(user, 1n);

  expect(await read(user, 3, 3)).toEqual([]);
  expect(await read(user, 5, 3)).toEqual([]);
  expect(await read(user, -1, 3)).toEqual([]);
  expect(asked).toEqual([]);
});

test.for(worlds)("$name a post that is written again is there once", async (world) => {
  const { write, read, stored } = await open(world.open());
  const user = someUser();

  await Promise.all([write(user, 1n), write(user, 1n), write(user, 1n)]);
  await write(user, 1n);

  expect(await stored(user)).toEqual([1n]);
  expect(await read(user, 0, 10)).toEqual([1n]);
});

test.for(worlds)(
  "$name the array and the page have one order, whatever arrives when",
  async (world) => {
    const { write, read, stored } = await open(world.open());
    const user = someUser();
    const late = 2n ** 60n;

    await write(user, late + 1n, 100n);
    await write(user, late, 100n);
    await write(user, late + 2n, 50n);
    await write(user, late + 3n, 200n);

    const order = [late + 3n, late + 1n, late, late + 2n];
    expect(await stored(user)).toEqual(order);
    expect(await read(user, 0, 10)).toEqual(order);
  },
);

test.for(worlds)("$name of first posts written at once by many, none is lost", async (world) => {
  const { write, read, stored } = await open(world.open());
  const user = someUser();
  const posts = Array.from({ length: 20 }, (_, index) => BigInt(index + 1));

  await Promise.all(posts.map((post) => write(user, post)));

  expect(await stored(user)).toEqual([...posts].reverse());
  expect(await read(user, 0, 100)).toEqual([...posts].reverse());
});

test.for(worlds)(
  "$name Redis that has lost everything is filled from the database",
  async (world) => {
    const stores = world.open();
    const { write, read } = await open(stores);
    const user = someUser();
    for (const post of [1n, 2n, 3n]) await write(user, post);
    await read(user, 0, 10);

    await stores.redis.delete([`${user}`, `${user}:gen`], testCall());
    await write(user, 4n);

    expect(await read(user, 0, 10)).toEqual([4n, 3n, 2n, 1n]);
    expect(await stores.redis.oldest(`${user}`, testCall())).toEqual(["1", "2", "3", "4"]);
  },
);

test("a timeline with a hole in Redis, as an original leaves it, is not trusted", async () => {
  const stores = { mongo: createMemoryMongo(), redis: createMemoryRedis() };
  const { write, read } = await open(stores);
  for (const post of [1n, 2n, 3n]) await write(5n, post);
  await stores.redis.remove("5", ["2"], testCall());

  expect(await read(5n, 0, 3)).toEqual([3n, 2n, 1n]);
});

test("after one reading pages come from Redis alone, also those that are not full", async () => {
  const { layer, calls } = seeCalls();
  const mongo = createMemoryMongo({ layers: [layer] });
  const { write, read } = await open({ mongo, redis: createMemoryRedis() });
  await write(5n, 1n);
  await read(5n, 0, 10);
  await read(6n, 0, 10);
  calls.length = 0;

  await read(5n, 0, 10);
  await read(5n, 1, 10);
  await read(6n, 0, 10);
  expect(calls).toEqual([]);

  await write(6n, 2n);
  calls.length = 0;
  expect(await read(6n, 0, 10)).toEqual([2n]);
  expect(calls).toEqual([]);
});

test("without Redis timelines are read from the database, and writing fails", async () => {
  const dead = connectRedis({ url: "redis://127.0.0.1:1", service: "test", peer: "redis" });
  onTestFinished(() => dead.close());
  const mongo = createMemoryMongo();
  const alive = await open({ mongo, redis: createMemoryRedis() });
  await alive.write(5n, 1n);
  const { read, write, stored } = await open({ mongo, redis: dead });

  expect(await read(5n, 0, 10)).toEqual([1n]);
  await expect(write(5n, 2n)).rejects.toMatchObject({ exceptionCode: ErrorCode.SE_REDIS_ERROR });

  // It is there for good; whoever made the post tries again until Redis has it, too.
  expect(await stored(5n)).toEqual([2n, 1n]);
  await alive.write(5n, 2n);
  expect(await alive.read(5n, 0, 10)).toEqual([2n, 1n]);
});

test("with a Redis that hangs timelines are read from the database", async () => {
  const sockets = new Set<Socket>();
  const hung = createServer((socket) => sockets.add(socket.on("error", () => {})));
  hung.listen(0, "127.0.0.1");
  await once(hung, "listening");
  const { port } = hung.address() as AddressInfo;
  const url = `redis://127.0.0.1:${port}`;
  const redis = connectRedis({ url, service: "test", peer: "redis", timeoutMs: 50 });
  onTestFinished(async () => {
    await redis.close();
    for (const socket of sockets) socket.destroy();
    hung.close();
  });
  const mongo = createMemoryMongo();
  const { write } = await open({ mongo, redis: createMemoryRedis() });
  await write(5n, 1n);
  const { read } = await open({ mongo, redis });

  expect(await read(5n, 0, 10)).toEqual([1n]);
  expect(await read(5n, 0, 10)).toEqual([1n]);
});

test("a database that fails is the contract's exception, not an empty page", async () => {
  let fate: Fate = "done";
  const mongo = troubledMongo(createMemoryMongo(), () => fate);
  const { read, write } = await open({ mongo, redis: createMemoryRedis() });
  fate = "failed";

  const mongoError = { exceptionCode: ErrorCode.SE_MONGODB_ERROR };
  await expect(write(5n, 1n)).rejects.toMatchObject(mongoError);
  await expect(read(5n, 0, 10)).rejects.toMatchObject(mongoError);
});

test("a write whose answer got lost may be repeated", async () => {
  let fate: Fate = "done";
  const mongo = troubledMongo(createMemoryMongo(), () => fate);
  const { read, write, stored } = await open({ mongo, redis: createMemoryRedis() });
  fate = "unheard";
  await expect(write(5n, 1n)).rejects.toThrow();
  fate = "done";

  await write(5n, 1n);

  expect(await stored(5n)).toEqual([1n]);
  expect(await read(5n, 0, 10)).toEqual([1n]);
});

test("a page has at most a thousand posts", async () => {
  const stores = { mongo: createMemoryMongo(), redis: createMemoryRedis() };
  const { read, asked } = await open(stores);
  const posts = Array.from({ length: 1_500 }, (_, index) => {
    return { post_id: BigInt(1_500 - index), timestamp: BigInt(1_500 - index) };
  });
  const timelines = stores.mongo.collection<StoredTimeline>("user-timeline");
  await timelines.insertMany([{ user_id: 5n, posts }], testCall());

  expect(await read(5n, 0, 2_147_483_647)).toHaveLength(1_000);
  expect(await read(5n, 900, 1_100)).toHaveLength(200);
  expect(await read(5n, 1_400, 2_000)).toHaveLength(100);
  expect(asked.map((ids) => ids.at(-1))).toEqual([501n, 401n, 1n]);
});

test("a document of an original, out of order and with a post twice, is read in order", async () => {
  const stores = { mongo: createMemoryMongo(), redis: createMemoryRedis() };
  const { read, write, stored } = await open(stores);
  const entry = (post_id: bigint) => ({ post_id, timestamp: post_id });
  const timelines = stores.mongo.collection<StoredTimeline>("user-timeline");
  const posts = [entry(2n), entry(3n), entry(3n), entry(1n)];
  await timelines.insertMany([{ user_id: 5n, posts }], testCall());

  expect(await read(5n, 0, 10)).toEqual([3n, 2n, 1n]);
  await write(5n, 4n);
  expect(await stored(5n)).toEqual([4n, 3n, 3n, 2n, 1n]);
});

test("the newest posts of many users are merged, each since its time", async () => {
  const { client, write } = await open({ mongo: createMemoryMongo(), redis: createMemoryRedis() });
  for (let post = 1n; post <= 60n; post++) await write(post % 50n, post);
  const authors = Array.from({ length: 50 }, (_, user) => ({ userId: BigInt(user), since: 0n }));
  const newest = async (some: typeof authors, limit: number) => {
    const request = { reqId: 1n, authors: some, limit };
    const entries = await client.listNewestPosts(request, testCall());
    return entries.map((entry) => entry.postId);
  };

  expect(await newest(authors, 3)).toEqual([60n, 59n, 58n]);
  expect(await newest([{ userId: 5n, since: 0n }], 10)).toEqual([55n, 5n]);
  expect(await newest([{ userId: 5n, since: 6n }], 10)).toEqual([55n]);
  expect(await newest([{ userId: 99n, since: 0n }], 10)).toEqual([]);
  await expect(newest(Array(1_025).fill(authors[0]), 10)).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
  });
});
