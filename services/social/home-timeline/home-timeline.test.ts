import { unavailable, unimplemented } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import type { Redis } from "@faultline/stores/redis";
import { connectRedis } from "@faultline/stores/redis-client";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { redisForFile } from "@faultline/stores/testing/redis-server";
import { ErrorCode, type Followee, HomeTimelineService } from "@faultline/thrift/social";
import { expect, onTestFinished, test } from "vitest";
import { served } from "../served-testing.ts";
import { createHomeTimeline } from "./home-timeline.ts";
import { createNeighbours, type Neighbours } from "./home-timeline-testing.ts";

const redisUrl = redisForFile();

const open = (neighbours: Partial<Neighbours> = {}) => {
  const redis = createMemoryRedis();
  return { ...openOn(redis, neighbours), redis };
};

const openOn = (redis: Redis, neighbours: Partial<Neighbours>) => {
  const around = createNeighbours(neighbours);
  const client = served(
    HomeTimelineService,
    createHomeTimeline({ clients: around.clients, redis }),
  );
  return {
    ...around,
    client,
    write: (postId: bigint, userId: bigint, userMentionsId: bigint[] = []) =>
      client.writeHomeTimeline(
        { reqId: 1n, postId, userId, timestamp: postId, userMentionsId },
        testCall(),
      ),
    async read(userId: bigint, start = 0, stop = 10): Promise<bigint[]> {
      const posts = await client.readHomeTimeline({ reqId: 1n, userId, start, stop }, testCall());
      return posts.map((post) => post.postId);
    },
  };
};

const followee = (userId: bigint, since = 0n): Followee => ({ userId, since });

test("a post goes to followers and mentioned users, once each, and to its author only as one of these", async () => {
  const { write, read, redis } = open({ followers: { 1: [2n, 3n], 4: [4n] } });

  await write(10n, 1n, [3n, 5n, 5n]);
  await write(11n, 4n);

  expect(await read(2n)).toEqual([10n]);
  expect(await read(3n)).toEqual([10n]);
  expect(await read(5n)).toEqual([10n]);
  expect(await read(1n)).toEqual([]);
  expect(await read(4n)).toEqual([11n]);
  expect(await redis.oldest("3", testCall())).toEqual(["10"]);
});

test("a post for nobody is a success", async () => {
  const { write } = open();

  await expect(write(10n, 1n)).resolves.toBeUndefined();
});

test("pages are half open and newest first; an invalid range asks nobody", async () => {
  const { write, read, asked } = open({ followers: { 1: [2n] } });
  for (const post of [10n, 30n, 20n]) await write(post, 1n);
  asked.length = 0;
  expect(await read(2n, 2, 2)).toEqual([]);
  expect(await read(2n, -1, 2)).toEqual([]);
  expect(asked).toEqual([]);

  expect(await read(2n, 0, 10)).toEqual([30n, 20n, 10n]);
  expect(await read(2n, 1, 2)).toEqual([20n]);
  expect(await read(2n, 3, 9)).toEqual([]);
});

test("a post that is written again changes nothing", async () => {
  const { write, read } = open({ followers: { 1: [2n] } });

  await write(10n, 1n);
  await write(11n, 1n);
  await write(10n, 1n);

  expect(await read(2n)).toEqual([11n, 10n]);
});

test("what Redis has lost is made anew from followees, since they were followed, and from mentions", async () => {
  const { read } = open({
    followees: { 2: [followee(1n), followee(3n, 25_000n)] },
    posts: { 1: [40_000n, 10_000n], 3: [30_000n, 19_000n], 4: [35_000n] },
    mentions: { 2: [50_000n, 40_000n] },
  });

  expect(await read(2n)).toEqual([50_000n, 40_000n, 30_000n, 10_000n]);
  expect(await read(2n, 1, 3)).toEqual([40_000n, 30_000n]);
});

test("clocks may differ: a post from just before the follow is there, too", async () => {
  const { read } = open({ followees: { 2: [followee(1n, 25_000n)] }, posts: { 1: [24_000n] } });

  expect(await read(2n)).toEqual([24_000n]);
});

test("it is made anew once, also for somebody who has nothing, and again after a restart", async () => {
  const { read, redis, asked } = open({ followees: { 2: [followee(1n)] }, posts: { 1: [10n] } });

  await Promise.all([read(2n), read(2n), read(2n)]);
  await read(2n);
  await read(9n);
  await read(9n);
  const rebuilt = () => asked.filter((one) => one.startsWith("listFollowees"));
  expect(rebuilt()).toEqual(["listFollowees 2", "listFollowees 9"]);

  redis.restart();
  expect(await read(2n)).toEqual([10n]);
  expect(rebuilt()).toHaveLength(3);
});

test("an old state that a restart brings back is completed, and nothing of it goes", async () => {
  const { write, read, redis } = open({
    followers: { 1: [2n], 8: [2n] },
    followees: { 2: [followee(1n)] },
    posts: { 1: [20n, 10n] },
  });
  await write(10n, 1n);
  await write(5n, 8n);
  await read(2n);

  redis.restart({ keep: true });

  expect(await read(2n)).toEqual([20n, 10n, 5n]);
});

/** Redis itself, and what ends a timeline there as a week without readers does. */
function openEnding() {
  const redis = connectRedis({ url: redisUrl(), service: "test", peer: "home-timeline-redis" });
  onTestFinished(() => redis.close());
  const expire = { name: "expire", lua: "return redis.call('PEXPIRE', KEYS[1], 1)" };
  return {
    redis,
    async end(userId: bigint) {
      for (const key of [`${userId}:gen`, `${userId}`]) {
        await redis.evaluate({ ...expire, inMemory: () => null }, [key], [], testCall());
        await expect.poll(() => redis.exists(key, testCall())).toBe(false);
      }
    },
  };
}

test("a timeline that has ended is made anew at its next reading, with what came since", async () => {
  const { redis, end } = openEnding();
  const { write, read } = openOn(redis, {
    ...{ followers: { 1: [21n] }, followees: { 21: [followee(1n)] } },
    posts: { 1: [20n, 10n] },
  });
  expect(await read(21n)).toEqual([20n, 10n]);

  await end(21n);
  await write(30n, 1n);

  expect(await read(21n)).toEqual([30n, 20n, 10n]);
});

test("among services of the originals a timeline that has ended begins with what came since", async () => {
  const { redis, end } = openEnding();
  const { write, read } = openOn(redis, {
    followers: { 1: [22n] },
    before: async (name) => {
      if (name === "listFollowees") throw unimplemented("Invalid method name: 'ListFollowees'");
    },
  });
  await write(20n, 1n);
  expect(await read(22n)).toEqual([20n]);

  await end(22n);
  await write(30n, 1n);

  expect(await read(22n)).toEqual([30n]);
});

test("a post that comes while a timeline is made anew is in it", async () => {
  const slow = Promise.withResolvers<void>();
  const { write, read, asked } = open({
    followers: { 1: [2n] },
    followees: { 2: [followee(1n)] },
    posts: { 1: [10n] },
    before: (name) => (name === "listNewestPosts" ? slow.promise : Promise.resolve()),
  });

  const reading = read(2n);
  await expect.poll(() => asked).toContain("listNewestPosts 1");
  await write(20n, 1n);
  slow.resolve();

  expect(await reading).toEqual([20n, 10n]);
});

test("somebody who follows very many gets the newest thousand of all", async () => {
  const followees = Array.from({ length: 700 }, (_, index) => followee(BigInt(index + 1)));
  const posts = Object.fromEntries(
    followees.map(({ userId }) => [`${userId}`, [userId + 2_000n, userId + 1_000n, userId]]),
  );
  const { read, asked } = open({ followees: { 5000: followees }, posts });

  const page = await read(5_000n, 0, 1_000);

  const all = Object.values(posts).flat();
  expect(page).toEqual(all.sort((a, b) => (a > b ? -1 : 1)).slice(0, 1_000));
  expect(asked.filter((one) => one.startsWith("listNewestPosts"))).toHaveLength(3);
});

test("a failing callee of the making is told, and the next reader tries again", async () => {
  let gone = true;
  const { read } = open({
    followees: { 2: [followee(1n)] },
    posts: { 1: [10n] },
    before: async (name) => {
      if (gone && name === "listFollowees") throw unavailable("social-graph is gone");
    },
  });

  await expect(read(2n)).rejects.toMatchObject({ code: "unavailable" });
  gone = false;
  expect(await read(2n)).toEqual([10n]);
});

test("among services of the originals there is nothing to make it from: what Redis has is read", async () => {
  const { write, read, asked } = open({
    followers: { 1: [2n] },
    before: async (name) => {
      if (name === "listFollowees") throw unimplemented("Invalid method name: 'ListFollowees'");
    },
  });
  await write(10n, 1n);

  expect(await read(2n)).toEqual([10n]);
  expect(await read(2n)).toEqual([10n]);
  expect(asked.filter((one) => one.startsWith("listFollowees"))).toHaveLength(1);
});

test("a reader who leaves does not end the making of which others wait", async () => {
  const slow = Promise.withResolvers<void>();
  const { client, read, asked } = open({
    followees: { 2: [followee(1n)] },
    posts: { 1: [10n] },
    before: (name) => (name === "listNewestPosts" ? slow.promise : Promise.resolve()),
  });
  const request = { reqId: 1n, userId: 2n, start: 0, stop: 10 };
  const leaving = new AbortController();
  const left = client.readHomeTimeline(request, testCall({ signal: leaving.signal }));
  await expect.poll(() => asked).toContain("listNewestPosts 1");
  const staying = read(2n);

  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: "canceled" });
  slow.resolve();

  expect(await staying).toEqual([10n]);
  expect(asked.filter((one) => one.startsWith("listFollowees"))).toHaveLength(1);
});

test("failures of the graph, of Redis and of the posts reach the caller", async () => {
  const dead = connectRedis({ url: "redis://127.0.0.1:1", service: "test", peer: "redis" });
  onTestFinished(() => dead.close());
  const handlers = createHomeTimeline({ clients: createNeighbours({}).clients, redis: dead });
  const client = served(HomeTimelineService, handlers);
  const mentions = { postId: 1n, userId: 1n, timestamp: 1n, userMentionsId: [2n] };
  const noGraph = open({
    before: async (name) => {
      if (name === "getFollowers") throw unavailable("social-graph is gone");
    },
  });

  await expect(noGraph.write(1n, 1n)).rejects.toMatchObject({ code: "unavailable" });
  await expect(
    client.writeHomeTimeline({ reqId: 1n, ...mentions }, testCall()),
  ).rejects.toMatchObject({ exceptionCode: ErrorCode.SE_REDIS_ERROR });
});

test("a post reaches a hundred thousand followers within its call", async () => {
  const redis = connectRedis({ url: redisUrl(), service: "test", peer: "home-timeline-redis" });
  onTestFinished(() => redis.close());
  const followers = Array.from({ length: 100_000 }, (_, index) => BigInt(index + 10));
  const handlers = createHomeTimeline({
    clients: createNeighbours({ followers: { 1: followers } }).clients,
    redis,
  });
  const client = served(HomeTimelineService, handlers);

  const post = { postId: 5n, userId: 1n, timestamp: 7n, userMentionsId: [] };
  await client.writeHomeTimeline({ reqId: 1n, ...post }, testCall());

  expect(await redis.oldest("10", testCall())).toEqual(["5"]);
  expect(await redis.oldest("100009", testCall())).toEqual(["5"]);
});
