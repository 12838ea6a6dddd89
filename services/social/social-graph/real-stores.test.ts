import { testCall } from "@faultline/rpc/test-call";
import type { Mongo } from "@faultline/stores/mongo";
import { eventually } from "@faultline/stores/testing/eventually";
import { mongoForFile, startMongod } from "@faultline/stores/testing/mongod-server";
import { redisForFile, startRedis } from "@faultline/stores/testing/redis-server";
import { calculateObjectSize } from "bson";
import { expect, test } from "vitest";
import { collectionName, type GraphDocument } from "./graph-document.ts";
import {
  edgesIn,
  expectAgreement,
  follow,
  followeesOf,
  followersOf,
  openMongo,
  openRedis,
  startedReplica,
  threeUsers,
  unfollow,
} from "./graph-testing.ts";

const mongoUrl = mongoForFile();
const redisUrl = redisForFile();

/** Large documents take long on a busy machine. */
const slowMs = 120_000;

const openStores = () => ({ mongo: openMongo(mongoUrl()), redis: openRedis(redisUrl()) });

const documents = (mongo: Mongo) => mongo.collection<GraphDocument>(collectionName);

/** A user with so many followers, as an original stored them. */
async function insertCelebrity(mongo: Mongo, user: bigint, followersCount: number): Promise<void> {
  const followers = Array.from({ length: followersCount }, (_, i) => {
    return { user_id: 1_000_000n + BigInt(i), timestamp: BigInt(i) };
  });
  await documents(mongo).insertMany([{ user_id: user, followers, followees: [] }], testCall());
}

test("all ids and times are int64, which is all that an original reads", async () => {
  const [ann, bob] = threeUsers();
  const { client, mongo } = await startedReplica(openStores());

  await follow(client, ann, bob);
  await follow(client, bob, ann);

  const long = { $type: "long" };
  const lists = [
    "followers.user_id",
    "followers.timestamp",
    "followees.user_id",
    "followees.timestamp",
  ];
  const filter = Object.fromEntries(["user_id", ...lists].map((path) => [path, long]));
  expect(await documents(mongo).count(filter, testCall())).toBe(2);
});

test(
  "twenty thousand followers are answered, from the database and from Redis",
  async () => {
    const [celebrity, fan] = threeUsers();
    const { client, mongo, redis } = await startedReplica(openStores());
    await insertCelebrity(mongo, celebrity, 20_000);

    const stored = await followersOf(client, celebrity);
    const cached = await followersOf(client, celebrity);
    expect(stored).toHaveLength(20_000);
    expect(cached).toEqual(stored);
    expect(await redis.count(`${celebrity}:followers`, testCall())).toBe(20_000);

    await follow(client, fan, celebrity);
    expect((await followersOf(client, celebrity)).at(-1)).toBe(fan);
    await unfollow(client, fan, celebrity);
    expect(await followersOf(client, celebrity)).toEqual(stored);
  },
  slowMs,
);

/** A user whose document has room for so many more bytes. */
async function insertFull(mongo: Mongo, user: bigint, roomBytes: number): Promise<void> {
  const document = { user_id: user, followers: [], followees: [], filling: "" };
  const idBytes = 17;
  const size = calculateObjectSize(document) + idBytes;
  const filling = "x".repeat(16 * 1024 * 1024 - size - roomBytes);
  await documents(mongo).insertMany([{ ...document, filling }], testCall());
}

test.each([12, 30])(
  "somebody whose document has only %i bytes left gets no more followers, and both know",
  async (roomBytes) => {
    const [celebrity, fan] = threeUsers();
    const { client, mongo } = await startedReplica(openStores());
    await insertFull(mongo, celebrity, roomBytes);

    await expect(follow(client, fan, celebrity)).rejects.toMatchObject({
      exceptionCode: 6,
      message: `User ${celebrity} cannot have more followers`,
    });

    expect(await followeesOf(client, fan)).toEqual([]);
    expect(await followersOf(client, celebrity)).toEqual([]);
    await expectAgreement(mongo);
  },
  slowMs,
);

test(
  "somebody whose own document is full can follow nobody, and both know",
  async () => {
    const [celebrity, other] = threeUsers();
    const { client, mongo } = await startedReplica(openStores());
    await insertFull(mongo, celebrity, 30);

    await expect(follow(client, celebrity, other)).rejects.toMatchObject({
      exceptionCode: 6,
      message: `User ${celebrity} cannot have more followees`,
    });

    expect(await followeesOf(client, celebrity)).toEqual([]);
    await expectAgreement(mongo);
  },
  slowMs,
);

test("follows of one celebrity at once, in two replicas, are all kept", async () => {
  const [celebrity] = threeUsers();
  const stores = openStores();
  const one = await startedReplica(stores);
  const other = await startedReplica(stores);
  const fans = Array.from({ length: 60 }, (_, i) => celebrity + 1_000n + BigInt(i));

  await Promise.all(
    fans.map((fan, i) => follow(i % 2 ? one.client : other.client, fan, celebrity)),
  );

  for (const { client } of [one, other]) {
    const followers = await followersOf(client, celebrity);
    expect(followers.toSorted()).toEqual(fans);
  }
  await expectAgreement(stores.mongo);
});

test("follows and unfollows of the same two at once leave both in agreement", async () => {
  const [ann, bob] = threeUsers();
  const stores = openStores();
  const replicas = [await startedReplica(stores), await startedReplica(stores)];
  const changes = replicas.flatMap(({ client }) =>
    Array.from({ length: 10 }, (_, i) => (i % 2 ? follow : unfollow)(client, ann, bob)),
  );

  await Promise.all(changes);

  const edges = await expectAgreement(stores.mongo);
  for (const { client } of replicas)
    expect(await followersOf(client, bob)).toHaveLength(edges.length);
});

test("a Redis that is killed, and one that is back empty, change no answer", async () => {
  const [ann, bob, cid] = threeUsers();
  const server = await startRedis();
  const redis = openRedis(`redis://${server.address}`);
  const stores = { mongo: openMongo(mongoUrl()), redis };
  const { client, repair } = await startedReplica({ ...stores, lookCountsMs: 0 });
  await follow(client, ann, bob);
  await followersOf(client, bob);

  await server.kill();
  expect(await followersOf(client, bob)).toEqual([ann]);
  await follow(client, cid, bob);
  expect(await followersOf(client, bob)).toEqual([ann, cid]);

  await server.start();
  expect(await followersOf(client, bob)).toEqual([ann, cid]);
  await eventually(() => repair.sweep(testCall()));
  await followersOf(client, bob);
  expect(await eventually(() => redis.oldest(`${bob}:followers`, testCall()))).toEqual([
    `${ann}`,
    `${cid}`,
  ]);
});

test("a Redis that says nothing keeps nobody waiting for long", async () => {
  const [ann, bob, cid] = threeUsers();
  const server = await startRedis();
  const redis = openRedis(`redis://${server.address}`);
  const mongo = openMongo(mongoUrl());
  const { client } = await startedReplica({ mongo, redis, redisLimitMs: 500 });
  await follow(client, ann, bob);
  await followersOf(client, bob);
  server.pause();

  await client.follow({ reqId: 1n, userId: cid, followeeId: bob }, testCall());
  expect(await followersOf(client, bob)).toEqual([ann, cid]);
});

test("what a killed database acknowledged is there when it is back", async () => {
  const [ann, bob] = threeUsers();
  const server = await startMongod();
  const mongo = openMongo(`mongodb://${server.address}`);
  const { client } = await startedReplica({ mongo, redis: openRedis(redisUrl()) });
  await follow(client, ann, bob);

  await server.kill();
  await server.start();

  const { forth, back } = await eventually(() => edgesIn(mongo));
  expect(forth).toHaveLength(1);
  expect(back).toEqual(forth);
});
