import { internal, unavailable } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import type { Collection, Document, Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { type Decide, type Fate, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { MongoServerError } from "mongodb";
import { expect, test } from "vitest";
import {
  bothWorlds,
  expectAgreement,
  follow,
  followeesOf,
  followersOf,
  insertUser,
  startedReplica,
  threeUsers,
  unfollow,
} from "./graph-testing.ts";

const worlds = bothWorlds();

/** A database that counts how often documents are read whole lists from. */
function countingReads(mongo: Mongo) {
  const reads = { count: 0 };
  const decide: Decide = (_, operation) => {
    if (operation.startsWith("findOne")) reads.count++;
    return "done";
  };
  return { mongo: troubledMongo(mongo, decide), reads };
}

test.for(worlds)("$name a list is read from the database once, until it changes", async (world) => {
  const [ann, bob, cid] = threeUsers();
  const stores = await world.open();
  const { mongo, reads } = countingReads(stores.mongo);
  const { client } = await startedReplica({ ...stores, mongo });
  await follow(client, ann, bob);
  const readsOf = async (work: () => Promise<unknown>) => {
    const before = reads.count;
    await work();
    return reads.count - before;
  };

  expect(await readsOf(() => followersOf(client, bob))).toBe(1);
  expect(await readsOf(() => followersOf(client, bob))).toBe(0);
  expect(await readsOf(() => followersOf(client, ann))).toBe(1);
  expect(await readsOf(() => followersOf(client, ann))).toBe(0);

  await follow(client, cid, bob);
  expect(await readsOf(() => followersOf(client, bob))).toBe(1);
  expect(await followersOf(client, bob)).toEqual([ann, cid]);
});

test.for(worlds)("$name a follow adds nobody to a list that Redis does not have", async (world) => {
  const [ann, bob, cid] = threeUsers();
  const { client, redis } = await startedReplica(await world.open());
  await follow(client, ann, bob);
  await redis.delete([`${bob}:followers`, `${bob}:followers:proof`], testCall());

  await follow(client, cid, bob);

  expect(await redis.exists(`${bob}:followers`, testCall())).toBe(false);
  expect(await followersOf(client, bob)).toEqual([ann, cid]);
});

test.for(worlds)("$name part of a list that an original left is not believed", async (world) => {
  const [ann, bob, cid] = threeUsers();
  const { client, redis } = await startedReplica(await world.open());
  await follow(client, ann, bob);
  await follow(client, cid, bob);
  await redis.put(`${bob}:followers`, [{ member: `${cid}`, score: 1 }], testCall());

  expect(await followersOf(client, bob)).toEqual([ann, cid]);
  expect(await redis.oldest(`${bob}:followers`, testCall())).toEqual([`${ann}`, `${cid}`]);
});

test.for(worlds)(
  "$name a list that Redis evicted, or that somebody spoilt, is read anew",
  async (world) => {
    const [ann, bob] = threeUsers();
    const { client, redis } = await startedReplica(await world.open());
    const list = `${bob}:followers`;
    await follow(client, ann, bob);

    await followersOf(client, bob);
    await redis.delete([list], testCall());
    expect(await followersOf(client, bob)).toEqual([ann]);

    await redis.remove(list, [`${ann}`], testCall());
    await redis.put(list, [{ member: "nobody's id", score: 1 }], testCall());
    expect(await followersOf(client, bob)).toEqual([ann]);

    await redis.delete([list], testCall());
    await redis.set(list, "no list", testCall());
    expect(await followersOf(client, bob)).toEqual([ann]);
  },
);

/** A database that lets something happen right after the first document was read from it. */
function afterReading(mongo: Mongo, happens: () => Promise<void>): Mongo {
  let happened = false;
  const collection = <T extends Document>(name: string): Collection<T> => {
    const inner = mongo.collection<T>(name);
    return {
      ...inner,
      async findOne(...query) {
        const found = await inner.findOne(...query);
        if (!happened) {
          happened = true;
          await happens();
        }
        return found;
      },
    };
  };
  return { ...mongo, collection };
}

const races = worlds.flatMap((world) =>
  [true, false].flatMap((follows) =>
    (["followers", "followees"] as const).map((side) => ({ ...world, follows, side })),
  ),
);

test.for(races)(
  "$name a list of $side that changes while it is read is not kept (followed then: $follows)",
  async ({ open, follows, side }) => {
    const [ann, bob] = threeUsers();
    const stores = await open();
    const { client } = await startedReplica(stores);
    await insertUser(client, ann);
    await follow(client, ann, bob);
    if (follows) await unfollow(client, ann, bob);
    const change = () => (follows ? follow : unfollow)(client, ann, bob);
    const slow = await startedReplica({ ...stores, mongo: afterReading(stores.mongo, change) });
    const list = (of: typeof client) =>
      side === "followers" ? followersOf(of, bob) : followeesOf(of, ann);

    await list(slow.client);

    const expected = follows ? [side === "followers" ? ann : bob] : [];
    for (const _ of ["from the database", "from Redis"]) {
      expect(await list(slow.client)).toEqual(expected);
      expect(await list(client)).toEqual(expected);
    }
  },
);

test("what a restarted Redis brings back is not believed", async () => {
  const redis = createMemoryRedis();
  const { client } = await startedReplica({ redis });
  await follow(client, 1n, 2n);
  await followersOf(client, 2n);
  const snapshot = await redis.oldest("2:followers", testCall());
  const proof = (await redis.get("2:followers:proof", testCall())) ?? "";

  await follow(client, 3n, 2n);
  redis.restart();
  await redis.put(
    "2:followers",
    snapshot.map((member) => ({ member, score: 1 })),
    testCall(),
  );
  await redis.set("2:followers:proof", proof, testCall());

  expect(await followersOf(client, 2n)).toEqual([1n, 3n]);
});

test("a Redis without memory to spare loses nothing", async () => {
  const redis = createMemoryRedis({ keysMax: 0 });
  const { client } = await startedReplica({ redis });

  await follow(client, 1n, 2n);

  for (const _ of ["at first", "again"]) expect(await followersOf(client, 2n)).toEqual([1n]);
});

test("a failing database is told as such, whatever Redis says, and nothing is kept", async () => {
  const calm = createMemoryMongo();
  const failing = { is: false };
  const mongo = troubledMongo(calm, () => {
    if (failing.is) throw unavailable("social-graph-mongodb cannot be reached");
    return "done";
  });
  const { client } = await startedReplica({ mongo });
  await insertUser(client, 1n);
  failing.is = true;

  const failure = { exceptionCode: 4, message: "social-graph-mongodb cannot be reached" };
  await expect(followersOf(client, 1n)).rejects.toMatchObject(failure);
  await expect(followeesOf(client, 1n)).rejects.toMatchObject(failure);
  await expect(follow(client, 1n, 2n)).rejects.toMatchObject(failure);
  await expect(unfollow(client, 1n, 2n)).rejects.toMatchObject(failure);
  await expect(insertUser(client, 2n)).rejects.toMatchObject(failure);

  failing.is = false;
  expect(await followersOf(client, 1n)).toEqual([]);
  expect(await followeesOf(client, 1n)).toEqual([]);
});

test("a list that was read before a follow had to be withdrawn is not kept", async () => {
  const [fan, celebrity] = [1n, 2n];
  const calm = createMemoryMongo();
  const { client, redis } = await startedReplica({ mongo: calm });
  await insertUser(client, fan);
  await insertUser(client, celebrity);
  let updates = 0;
  const full = troubledMongo(calm, async (_, operation): Promise<Fate> => {
    if (!operation.startsWith("update") || ++updates !== 2) return "done";
    expect(await followeesOf(client, fan)).toEqual([celebrity]);
    const cause = new MongoServerError({ message: "too large", code: 10334 });
    throw internal("social-graph-mongodb refused", { cause });
  });
  const other = await startedReplica({ mongo: full, redis });

  await expect(follow(other.client, fan, celebrity)).rejects.toThrow("cannot have more followers");

  expect(await followeesOf(client, fan)).toEqual([]);
  await expectAgreement(calm);
});
