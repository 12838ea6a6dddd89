import { unavailable } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { eventually } from "@faultline/stores/testing/eventually";
import { keepLog } from "@faultline/stores/testing/kept-log";
import { troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { expect, test } from "vitest";
import { collectionName, type GraphDocument } from "./graph-document.ts";
import {
  bothWorlds,
  documentsIn,
  edgesIn,
  expectAgreement,
  follow,
  followersOf,
  replica,
  startedReplica,
  threeUsers,
} from "./graph-testing.ts";
import { keepRepaired } from "./keep-repaired.ts";

const worlds = bothWorlds();

/** Leaves follows that only the followers' own documents know. */
async function interruptFollows(mongo: Mongo, pairs: readonly (readonly [bigint, bigint])[]) {
  const now = () => 1_000;
  let updates = 0;
  const failing = troubledMongo(mongo, (_, operation) => {
    return operation.startsWith("update") && ++updates === 2 ? "failed" : "done";
  });
  const { client } = replica({ mongo, redis: createMemoryRedis(), now });
  const dying = replica({ mongo: failing, redis: createMemoryRedis(), now });
  for (const [user, followee] of pairs) {
    for (const userId of [user, followee])
      await client.insertUser({ reqId: 1n, userId }, testCall());
    updates = 0;
    await follow(dying.client, user, followee).catch(() => undefined);
  }
}

const pendingIn = async (mongo: Mongo) =>
  (await documentsIn(mongo)).flatMap((document) => document.pending ?? []);

test.for(worlds)(
  "$name a repair ends what was interrupted, with the time of the follow",
  async (world) => {
    const [ann, bob, cid] = threeUsers();
    const { mongo, redis } = await world.open();
    await interruptFollows(mongo, [
      [ann, bob],
      [ann, cid],
      [cid, bob],
    ]);
    expect((await edgesIn(mongo)).back).toEqual([]);
    expect(await pendingIn(mongo)).toHaveLength(3);

    await startedReplica({ mongo, redis });

    expect(await expectAgreement(mongo)).toEqual(
      [`${ann} → ${bob} @1000`, `${ann} → ${cid} @1000`, `${cid} → ${bob} @1000`].sort(),
    );
  },
);

test.for(worlds)("$name several repairs at once do no harm", async (world) => {
  const [ann, bob, cid] = threeUsers();
  const { mongo, redis } = await world.open();
  await interruptFollows(mongo, [
    [ann, bob],
    [bob, cid],
  ]);

  await Promise.all([1, 2, 3].map(() => startedReplica({ mongo, redis })));

  expect(await expectAgreement(mongo)).toHaveLength(2);
});

test("more interrupted changes than are read at once are all ended", async () => {
  const mongo = createMemoryMongo();
  const users = Array.from({ length: 250 }, (_, i) => BigInt(i + 1));
  await interruptFollows(
    mongo,
    users.map((user) => [user, 0n]),
  );

  await startedReplica({ mongo });

  expect(await expectAgreement(mongo)).toHaveLength(250);
});

test("a repair leaves alone what is probably still under way", async () => {
  const mongo = createMemoryMongo();
  let ms = 2_000;
  const { repair } = await startedReplica({ mongo, now: () => ms });
  await interruptFollows(mongo, [[1n, 2n]]);

  await repair.sweep(testCall());
  expect(await pendingIn(mongo)).toHaveLength(1);

  ms = 60_000;
  await repair.sweep(testCall());
  expect(await expectAgreement(mongo)).toEqual(["1 → 2 @1000"]);
});

test("a change that cannot be ended keeps no other from it, and is told", async () => {
  const calm = createMemoryMongo();
  await interruptFollows(calm, [
    [1n, 9n],
    [2n, 9n],
    [3n, 9n],
  ]);
  let updates = 0;
  const mongo = troubledMongo(calm, (_, operation) => {
    return operation.startsWith("update") && ++updates === 1 ? "failed" : "done";
  });
  const { log, lines } = keepLog();
  const { repair } = replica({ mongo, redis: createMemoryRedis() });

  await expect(repair.sweep(testCall({ log }))).rejects.toThrow(
    "1 changes are still to be settled",
  );

  expect(await pendingIn(calm)).toHaveLength(1);
  expect(lines).toMatchObject([{ message: "change not settled" }]);
  await repair.sweep(testCall());
  expect(await expectAgreement(calm)).toHaveLength(3);
});

test("repairs go on after failures until they are told to stop", async () => {
  const calm = createMemoryMongo();
  await interruptFollows(calm, [[1n, 2n]]);
  let failures = 3;
  const mongo = troubledMongo(calm, () => {
    if (failures-- > 0) throw unavailable("social-graph-mongodb cannot be reached");
    return "done";
  });
  const { log, lines } = keepLog();
  const { repair } = replica({ mongo, redis: createMemoryRedis() });
  const stopping = new AbortController();

  const kept = keepRepaired(repair, testCall({ log }), { signal: stopping.signal, everyMs: 1 });
  await eventually(() => expectAgreement(calm));
  stopping.abort();
  await kept;

  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatchObject({ message: "repair failed" });
});

test("a follow that an original left half done is in the list once it is repeated", async () => {
  const { client, mongo } = await startedReplica();
  await follow(client, 1n, 2n);
  expect(await followersOf(client, 2n)).toEqual([1n]);
  const half = { $push: { followees: { user_id: 2n, timestamp: 5n } } };
  const documents = mongo.collection<GraphDocument>(collectionName);
  await documents.updateOne({ user_id: 3n }, half, testCall(), { upsert: true });

  await follow(client, 3n, 2n);

  expect(await followersOf(client, 2n)).toEqual([3n, 1n]);
});
