import { testCall } from "@faultline/rpc/test-call";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { type Fate, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { troubledRedis } from "@faultline/stores/testing/troubled-redis";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { follow, followersOf, startedReplica, unfollow } from "./graph-testing.ts";
import { seedSocialGraph } from "./seed.ts";

const mongoUrl = mongoForFile();

/** Two replicas; the first one's way to Redis can be cut. */
async function open() {
  const link = { fate: "done" as Fate };
  const [mongo, redis] = [createMemoryMongo(), createMemoryRedis()];
  const first = await startedReplica({ mongo, redis: troubledRedis(redis, () => link.fate) });
  return { link, mongo, redis, first, second: await startedReplica({ mongo, redis }) };
}

test("a change by a replica that does not reach Redis is known to the others at once", async () => {
  const { link, first, second } = await open();
  await follow(first.client, 1n, 2n);
  expect(await followersOf(second.client, 2n)).toEqual([1n]);

  link.fate = "failed";
  await follow(first.client, 3n, 2n);
  expect(await followersOf(second.client, 2n)).toEqual([1n, 3n]);
  await unfollow(first.client, 1n, 2n);
  expect(await followersOf(second.client, 2n)).toEqual([3n]);
});

test("an old list is neither believed nor kept once a repair has come to it", async () => {
  const { link, first, second, mongo, redis } = await open();
  await follow(first.client, 1n, 2n);
  await followersOf(second.client, 2n);
  link.fate = "failed";
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
