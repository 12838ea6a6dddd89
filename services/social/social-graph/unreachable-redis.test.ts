import { testCall } from "@faultline/rpc/test-call";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import type { Redis } from "@faultline/stores/redis";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { keepLog } from "@faultline/stores/testing/kept-log";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { type Fate, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { troubledRedis } from "@faultline/stores/testing/troubled-redis";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import {
  expectAgreement,
  follow,
  followeesOf,
  followersOf,
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
  const { client, repair } = await startedReplica({ redis });
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
    const { client, mongo, repair } = await startedReplica({ redis });
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
  const { client } = await startedReplica({ mongo });
  await follow(client, 1n, 2n);
  await followersOf(client, 2n);

  fate = "failed";
  await expect(followersOf(client, 2n)).rejects.toMatchObject({ exceptionCode: 4 });
});

test("whether followers change is looked up in an index", async () => {
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
  const plan = JSON.stringify(await documents.find({ "pending.user_id": 2 }).explain());

  expect(plan).toContain('"indexName":"pending.user_id_1"');
  expect(plan).not.toContain("COLLSCAN");
});
