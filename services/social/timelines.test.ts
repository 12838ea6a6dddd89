import { testCall } from "@faultline/rpc/test-call";
import type { Redis } from "@faultline/stores/redis";
import { connectRedis } from "@faultline/stores/redis-client";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { eventually } from "@faultline/stores/testing/eventually";
import { startRedis } from "@faultline/stores/testing/redis-server";
import type { TimelineEntry } from "@faultline/thrift/social";
import { expect, onTestFinished, test } from "vitest";
import { keptMax, pageOf, Timelines } from "./timelines.ts";

/** Redis as it is, and its twin in memory: both with a way to start anew. */
const worlds = [
  {
    name: "over Redis",
    async open() {
      const server = await startRedis();
      const redis = connectRedis({
        ...{ url: `redis://${server.address}`, service: "home-timeline" },
        ...{ peer: "home-timeline-redis", retryAfterMs: 10 },
      });
      onTestFinished(() => redis.close());
      const restart = async () => {
        await server.kill();
        await server.start();
        await eventually(() => redis.runId(testCall()));
      };
      return { redis, restart };
    },
  },
  {
    name: "in memory",
    async open() {
      const redis = createMemoryRedis();
      return { redis, restart: async () => redis.restart() };
    },
  },
];

const user = 7n;
const first = { start: 0, stop: 10 };

function entry(postId: bigint, timestamp = postId): TimelineEntry {
  return { postId, timestamp };
}

/** So many entries, the newest first. */
function entries(count: number): TimelineEntry[] {
  return Array.from({ length: count }, (_, index) => entry(BigInt(count - index)));
}

async function filled(redis: Redis, posts: readonly TimelineEntry[], whole = true) {
  const timelines = new Timelines(redis);
  const { runId } = await timelines.read(user, first, testCall());
  await timelines.fill(user, posts, { runId, whole }, testCall());
  return timelines;
}

test.for(worlds)("$name a timeline is proven once it was filled, not before", async ({ open }) => {
  const { redis } = await open();
  const timelines = new Timelines(redis);
  await timelines.add(user, entry(5n), testCall());

  const before = await timelines.read(user, first, testCall());
  await timelines.fill(user, [entry(4n)], { runId: before.runId, whole: true }, testCall());
  const after = await timelines.read(user, first, testCall());

  expect(before).toMatchObject({ postIds: [5n], proven: false, whole: false });
  expect(after).toMatchObject({ postIds: [5n, 4n], proven: true, whole: true });
});

test.for(worlds)("$name the layout is the originals', and one key more", async ({ open }) => {
  const { redis } = await open();
  const timelines = await filled(redis, [entry(1n, 1_700_000_000_000n)]);
  await timelines.addToMany([user, 8n], entry(2n, 1_700_000_000_001n), testCall());

  expect(await redis.oldest("7", testCall())).toEqual(["1", "2"]);
  expect(await redis.oldest("8", testCall())).toEqual(["2"]);
  expect(await redis.get("7:gen", testCall())).toMatch(/^\w{40} 1 whole$/);
  expect(await redis.exists("8:gen", testCall())).toBe(false);
});

test.for(worlds)("$name that somebody has no posts can be proven too", async ({ open }) => {
  const { redis } = await open();
  const timelines = await filled(redis, []);

  expect(await timelines.read(user, first, testCall())).toMatchObject({ postIds: [], whole: true });

  await timelines.add(user, entry(1n), testCall());
  expect(await timelines.read(user, first, testCall())).toMatchObject({
    postIds: [1n],
    whole: true,
  });
});

test.for(worlds)("$name a restart of the server takes all proofs away", async ({ open }) => {
  const { redis, restart } = await open();
  const timelines = await filled(redis, [entry(1n)]);

  await restart();

  expect(await timelines.read(user, first, testCall())).toMatchObject({ proven: false });
});

test.for(worlds)("$name a proof made for the life before a restart is none", async ({ open }) => {
  const { redis, restart } = await open();
  const timelines = new Timelines(redis);
  const { runId } = await timelines.read(user, first, testCall());

  await restart();
  await timelines.fill(user, [entry(1n)], { runId, whole: true }, testCall());

  expect(await timelines.read(user, first, testCall())).toMatchObject({ proven: false });
});

/** A Redis of the test's own, and how long a key of it has yet, in days. */
async function openTimed() {
  const server = await startRedis();
  const redis = connectRedis({ url: `redis://${server.address}`, service: "test", peer: "redis" });
  onTestFinished(() => redis.close());
  const lua = "return redis.call('TTL', KEYS[1])";
  const ttl = { name: "ttl", lua, inMemory: () => null };
  const daysOf = async (key: string) =>
    Number(await redis.evaluate(ttl, [key], [], testCall())) / 86_400;
  const end = async (key: string, afterMs: number) => {
    const expire = { ...ttl, lua: "return redis.call('PEXPIRE', KEYS[1], ARGV[1])" };
    await redis.evaluate(expire, [key], [`${afterMs}`], testCall());
  };
  return { redis, daysOf, end };
}

test("a proof ends after a day, whatever is added to it", async () => {
  const { redis, daysOf } = await openTimed();
  const timelines = await filled(redis, [entry(1n)]);
  await timelines.add(user, entry(2n), testCall());

  expect(await daysOf(`${user}:gen`)).toBeGreaterThan(0.99);
  expect(await daysOf(`${user}:gen`)).toBeLessThanOrEqual(1);
});

test("a timeline ends a week after it was read, and so long after its proof", async () => {
  const { redis, daysOf, end } = await openTimed();
  const timelines = await filled(redis, [entry(1n)]);
  expect(await daysOf(`${user}`)).toBeGreaterThan(6.99);

  await end(`${user}`, 3 * 86_400_000);
  await timelines.add(user, entry(2n), testCall());
  await timelines.addToMany([user], entry(3n), testCall());
  expect(await daysOf(`${user}`)).toBeLessThanOrEqual(3);

  await timelines.read(user, first, testCall());
  expect(await daysOf(`${user}`)).toBeGreaterThan(6.99);
});

test("a timeline that nobody has read yet ends, too", async () => {
  const { redis, daysOf } = await openTimed();

  await new Timelines(redis).add(user, entry(1n), testCall());

  expect(await daysOf(`${user}`)).toBeGreaterThan(6.99);
});

test("each post gives an end to one in 64 of the timelines it is added to, and to others than the last", async () => {
  const { redis, daysOf } = await openTimed();
  const timelines = new Timelines(redis);
  const followers = Array.from({ length: 64 }, (_, index) => BigInt(index));

  await timelines.addToMany(followers, entry(1n), testCall());
  await timelines.addToMany(followers, entry(2n), testCall());

  const days = await Promise.all(followers.map((follower) => daysOf(`${follower}`)));
  expect(days.filter((left) => left > 6.99)).toHaveLength(2);
});

test("what an original left without an end ends a week after it was read", async () => {
  const { redis, daysOf } = await openTimed();
  await redis.put(`${user}`, [{ member: "1", score: 1 }], testCall());
  expect(await daysOf(`${user}`)).toBeLessThan(0);

  const page = await new Timelines(redis).read(user, first, testCall());

  expect(page).toMatchObject({ postIds: [1n], proven: false });
  expect(await daysOf(`${user}`)).toBeGreaterThan(6.99);
});

test("what is added to a timeline that has ended is not taken for all of it", async () => {
  const { redis, end } = await openTimed();
  const timelines = await filled(redis, [entry(1n), entry(2n)]);
  await end(`${user}:gen`, 0);
  await end(`${user}`, 0);

  for (const post of [3n, 4n, 5n]) await timelines.addToMany([user], entry(post), testCall());

  expect(await timelines.read(user, first, testCall())).toMatchObject({
    postIds: [5n, 4n, 3n],
    proven: false,
  });
});

test.for(worlds)("$name a timeline that was evicted is not proven any more", async ({ open }) => {
  const { redis } = await open();
  const timelines = await filled(redis, [entry(1n)]);
  await timelines.add(user, entry(2n), testCall());

  await redis.delete([`${user}`], testCall());
  await timelines.add(user, entry(3n), testCall());
  await timelines.add(user, entry(4n), testCall());

  expect(await timelines.read(user, first, testCall())).toMatchObject({
    postIds: [4n, 3n],
    proven: false,
  });
});

test.for(worlds)(
  "$name only the newest posts are kept, and no longer called all",
  async ({ open }) => {
    const { redis } = await open();
    const timelines = await filled(redis, entries(keptMax));
    expect(await timelines.read(user, first, testCall())).toMatchObject({ whole: true });

    for (let post = 1; post <= keptMax / 4 + 1; post++) {
      await timelines.add(user, entry(BigInt(keptMax + post)), testCall());
    }

    expect(await redis.count(`${user}`, testCall())).toBe(keptMax);
    const page = await timelines.read(user, { start: 0, stop: 1 }, testCall());
    expect(page).toMatchObject({ postIds: [1_251n], proven: true, whole: false });
  },
);

test.for(worlds)("$name what was filled with more than is kept is the newest", async ({ open }) => {
  const { redis } = await open();

  const timelines = await filled(redis, entries(keptMax + 5));

  const page = await timelines.read(user, { start: keptMax - 1, stop: keptMax + 5 }, testCall());
  expect(page).toMatchObject({ postIds: [6n], proven: true, whole: false });
});

test.for(worlds)("$name of two posts of one instant the greater id is first", async ({ open }) => {
  const { redis } = await open();
  const timelines = await filled(redis, []);

  await timelines.add(user, entry(2n ** 60n, 5n), testCall());
  await timelines.add(user, entry(2n ** 60n + 1n, 5n), testCall());

  const page = await timelines.read(user, first, testCall());
  expect(page.postIds).toEqual([2n ** 60n + 1n, 2n ** 60n]);
});

test.for(worlds)("$name what is no post in a timeline is passed over", async ({ open }) => {
  const { redis } = await open();
  const timelines = await filled(redis, [entry(1n)]);
  await redis.put(`${user}`, [{ member: "nonsense", score: 9 }], testCall());

  expect((await timelines.read(user, first, testCall())).postIds).toEqual([1n]);
});

test.for(worlds)("$name long timelines of followers are cut off in turn", async ({ open }) => {
  const { redis } = await open();
  const timelines = await filled(redis, entries(keptMax), false);

  for (let post = 1; post <= keptMax; post++) {
    await timelines.addToMany([user], entry(BigInt(keptMax + post)), testCall());
  }

  expect(await redis.count(`${user}`, testCall())).toBeLessThanOrEqual(1_250 + 64);
  expect(await timelines.read(user, { start: 0, stop: 1 }, testCall())).toMatchObject({
    postIds: [BigInt(2 * keptMax)],
    proven: true,
  });
});

test("a range that makes no sense is none, and a page has at most a thousand posts", () => {
  expect(pageOf({ start: 5, stop: 5 })).toBeUndefined();
  expect(pageOf({ start: -1, stop: 5 })).toBeUndefined();
  expect(pageOf({ start: 5, stop: 2_147_483_647 })).toEqual({ start: 5, stop: 1_005 });
});
