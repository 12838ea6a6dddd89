import { testCall } from "@faultline/rpc/test-call";
import type { Mongo } from "@faultline/stores/mongo";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import type { Redis } from "@faultline/stores/redis";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { keepLog } from "@faultline/stores/testing/kept-log";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { type Fate, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { troubledRedis } from "@faultline/stores/testing/troubled-redis";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test, vi } from "vitest";
import { collectionName, type GraphDocument } from "./graph-document.ts";
import {
  expectAgreement,
  follow,
  followeesOf,
  followersOf,
  replica,
  startedReplica,
  unfollow,
} from "./graph-testing.ts";
import { seedSocialGraph } from "./seed.ts";

/** A thousand changes take long on a busy machine. */
const slowMs = 120_000;

const mongoUrl = mongoForFile();

/** A Redis that can be cut off. */
function cutOff(redis: Redis) {
  const link = { cut: false };
  return { link, redis: troubledRedis(redis, () => (link.cut ? "failed" : "done")) };
}

test("without Redis everything is answered from the database", async () => {
  const { link, redis } = cutOff(createMemoryRedis());
  const { client } = await startedReplica({ redis });
  await follow(client, 1n, 2n);
  link.cut = true;

  await follow(client, 3n, 2n);
  await unfollow(client, 1n, 2n);

  expect(await followersOf(client, 2n)).toEqual([3n]);
  expect(await followeesOf(client, 3n)).toEqual([2n]);
});

test("a list that a change could not take away counts no more, until a repair has done so", async () => {
  const { link, redis } = cutOff(createMemoryRedis());
  const { client, repair } = await startedReplica({ redis, lookCountsMs: 0 });
  await follow(client, 1n, 2n);
  await followersOf(client, 2n);

  link.cut = true;
  await follow(client, 3n, 2n);
  await expect(repair.sweep(testCall())).rejects.toThrow("still to be settled");
  link.cut = false;
  expect(await redis.oldest("2:followers", testCall())).toEqual(["1"]);
  expect(await followersOf(client, 2n)).toEqual([1n, 3n]);

  await repair.sweep(testCall());
  expect(await redis.exists("2:followers", testCall())).toBe(false);
  expect(await followersOf(client, 2n)).toEqual([1n, 3n]);
  expect(await redis.oldest("2:followers", testCall())).toEqual(["1", "3"]);
});

test("a process that starts believes no list before it has ended what another left undone", async () => {
  const { link, redis } = cutOff(createMemoryRedis());
  const { client, mongo } = await startedReplica({ redis });
  await follow(client, 1n, 2n);
  await followersOf(client, 2n);
  link.cut = true;
  await follow(client, 3n, 2n);
  link.cut = false;

  const { client: next } = await startedReplica({ mongo, redis });

  expect(await followersOf(next, 2n)).toEqual([1n, 3n]);
});

test("an outage of Redis is logged once", async () => {
  const { link, redis } = cutOff(createMemoryRedis());
  const { log, lines } = keepLog();
  const { client } = await startedReplica({ redis, log });
  link.cut = true;

  for (const user of [1n, 2n, 3n]) await followersOf(client, user);

  expect(lines).toMatchObject([{ message: "cache skipped", store: "redis" }]);
});

test(
  "a user whose changes cannot be settled has at most so many of them",
  async () => {
    const { link, redis } = cutOff(createMemoryRedis());
    const { client, mongo, repair } = await startedReplica({ redis, lookCountsMs: 0 });
    link.cut = true;
    for (let i = 0; i < 500; i++) {
      await follow(client, 1n, 2n);
      await unfollow(client, 1n, 2n);
    }

    await expect(follow(client, 1n, 2n)).rejects.toThrow("still to be settled");

    link.cut = false;
    await repair.sweep(testCall());
    await follow(client, 1n, 2n);
    expect(await expectAgreement(mongo)).toHaveLength(1);
  },
  slowMs,
);

/** Two replicas, the first of which can be cut off from Redis. */
async function open() {
  const [mongo, whole] = [createMemoryMongo(), createMemoryRedis()];
  const { link, redis } = cutOff(whole);
  const first = await startedReplica({ mongo, redis });
  return {
    link,
    mongo,
    redis: whole,
    first,
    second: await startedReplica({ mongo, redis: whole }),
  };
}

test("a change by a replica that does not reach Redis is known to the others at once", async () => {
  const { link, first, second } = await open();
  await follow(first.client, 1n, 2n);
  expect(await followersOf(second.client, 2n)).toEqual([1n]);

  link.cut = true;
  await follow(first.client, 3n, 2n);
  expect(await followersOf(second.client, 2n)).toEqual([1n, 3n]);
  await unfollow(first.client, 1n, 2n);
  expect(await followersOf(second.client, 2n)).toEqual([3n]);
});

test("an old list is neither believed nor kept once a repair has come to it", async () => {
  const { link, first, second, mongo, redis } = await open();
  await follow(first.client, 1n, 2n);
  await followersOf(second.client, 2n);
  link.cut = true;
  await follow(first.client, 3n, 2n);
  expect(await redis.oldest("2:followers", testCall())).toEqual(["1"]);

  await startedReplica({ mongo, redis });

  for (const _ of ["from the database", "from Redis"]) {
    expect(await followersOf(second.client, 2n)).toEqual([1n, 3n]);
  }
  expect(await redis.oldest("2:followers", testCall())).toEqual(["1", "3"]);
});

test("followers are not told from Redis alone while the database cannot say whether they change", async () => {
  let fate: Fate = "done";
  const mongo = troubledMongo(createMemoryMongo(), () => fate);
  const { client } = await startedReplica({ mongo, lookCountsMs: 0 });
  await follow(client, 1n, 2n);
  await followersOf(client, 2n);

  fate = "failed";
  await expect(followersOf(client, 2n)).rejects.toMatchObject({ exceptionCode: 4 });
});

/** A database whose answers to looks at pending changes wait until they are let go. */
function held(mongo: Mongo) {
  const looks: (() => void)[] = [];
  const collection: Mongo["collection"] = (name) => {
    const inner = mongo.collection(name);
    const find: typeof inner.find = async (filter, ...rest) => {
      const found = await inner.find(filter, ...rest);
      if ("pending.at" in filter) await new Promise<void>((go) => looks.push(go));
      return found;
    };
    return { ...inner, find } as never;
  };
  return { looks, mongo: { ...mongo, collection } };
}

/** A started replica that has the followers of user 2 in Redis, and from now on holds its looks. */
async function heldReplica(lookCountsMs: number) {
  const [stored, redis] = [createMemoryMongo(), createMemoryRedis()];
  const { client } = await startedReplica({ mongo: stored, redis });
  await follow(client, 1n, 2n);
  await followersOf(client, 2n);
  const { looks, mongo } = held(stored);
  const started = replica({ mongo, redis, lookCountsMs });
  const sweeping = started.repair.sweep(testCall());
  await letGo(looks);
  await sweeping;
  return { stored, looks, client: started.client };
}

async function letGo(looks: (() => void)[]) {
  await vi.waitFor(() => expect(looks).not.toEqual([]));
  looks.shift()?.();
}

test("many who ask at once, and after that, need one look at what is changing", async () => {
  const { client, looks } = await heldReplica(60_000);

  const asked = Array.from({ length: 20 }, () => followersOf(client, 2n));
  await letGo(looks);

  for (const followers of await Promise.all(asked)) expect(followers).toEqual([1n]);
  expect(await followersOf(client, 2n)).toEqual([1n]);
  expect(looks).toEqual([]);
});

test("who asks while an older look is under way is told of what was noted after it began", async () => {
  const { client, stored, looks } = await heldReplica(0);
  const documents = stored.collection<GraphDocument>(collectionName);

  const before = followersOf(client, 2n);
  await vi.waitFor(() => expect(looks).toHaveLength(1));
  await documents.updateOne({ user_id: 3n }, noted, testCall(), { upsert: true });
  await documents.updateOne({ user_id: 2n }, { $push: { followers: edge } }, testCall());
  const after = followersOf(client, 2n);
  for (const _ of ["that of before", "one of its own"]) await letGo(looks);

  await before;
  expect(await after).toEqual([1n, 3n]);
});

test("a look that hangs keeps nobody who asks later", async () => {
  const { client, looks } = await heldReplica(1);
  const first = followersOf(client, 2n);
  await vi.waitFor(() => expect(looks).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 5));

  const second = followersOf(client, 2n);
  await vi.waitFor(() => expect(looks).toHaveLength(2));
  looks[1]?.();

  expect(await second).toEqual([1n]);
  looks[0]?.();
  await first;
});

const edge = { user_id: 3n, timestamp: 9_999_999_999_999n };
const noted = { $push: { pending: { user_id: 2n, token: "t", at: 5n } } };

test("while too many users change, each is asked for by himself", async () => {
  const mongo = createMemoryMongo();
  const { client, redis } = await startedReplica({ mongo, lookCountsMs: 0 });
  for (const user of [2n, 4n]) await follow(client, 1n, user);
  for (const user of [2n, 4n]) await followersOf(client, user);
  const documents = mongo.collection<GraphDocument>(collectionName);
  const changing = Array.from({ length: 100 }, (_, i) => ({ user_id: 100n + BigInt(i) }));
  const pending = [{ user_id: 2n, token: "t", at: 5n }];
  await documents.insertMany(
    changing.map((one) => ({ ...one, pending })),
    testCall(),
  );
  await documents.updateOne({ user_id: 2n }, { $push: { followers: edge } }, testCall());
  await documents.updateOne({ user_id: 4n }, { $push: { followers: edge } }, testCall());

  expect(await redis.oldest("2:followers", testCall())).toEqual(["1"]);
  expect(await followersOf(client, 2n)).toEqual([1n, 3n]);
  // Nothing tells that this one changes, so the list in Redis is as good as ever.
  expect(await followersOf(client, 4n)).toEqual([1n]);
});

test.each(["pending.at", "pending.user_id"])("%s is looked up in an index", async (field) => {
  const database = `social-graph-${crypto.randomUUID()}`;
  const names = { service: "social-graph", peer: "social-graph-mongodb" };
  const mongo = connectMongo({ ...names, url: mongoUrl(), database, bigints: true });
  const raw = new MongoClient(mongoUrl());
  onTestFinished(async () => {
    await mongo.close();
    await raw.close();
  });
  await seedSocialGraph(mongo, testCall());

  const documents = raw.db(database).collection("social-graph");
  const plan = JSON.stringify(await documents.find({ [field]: { $gte: 2 } }).explain());

  expect(plan).toContain(`"indexName":"${field}_1"`);
  expect(plan).not.toContain("COLLSCAN");
});
