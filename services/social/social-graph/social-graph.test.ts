import { testCall } from "@faultline/rpc/test-call";
import { ErrorCode } from "@faultline/thrift/social";
import { expect, test } from "vitest";
import { collectionName, type GraphDocument } from "./graph-document.ts";
import {
  bothWorlds,
  documentsIn,
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

test.for(worlds)(
  "$name the follows of the example give the lists of the example",
  async (world) => {
    const [zero, one, two] = threeUsers();
    let ms = 0;
    const { client, mongo } = await startedReplica({ ...(await world.open()), now: () => ms });
    const at = async (atMs: number, change: typeof follow, user: bigint, followee: bigint) => {
      ms = atMs;
      await change(client, user, followee);
    };

    await at(1, follow, zero, one);
    await at(2, follow, zero, two);
    await at(3, follow, one, two);
    await at(4, follow, one, zero);
    await at(5, follow, two, one);
    await at(6, follow, two, zero);
    await at(7, follow, two, zero);
    await at(8, unfollow, one, zero);
    await at(9, unfollow, one, two);
    await at(10, follow, one, zero);
    await at(11, follow, one, two);

    for (const _ of ["from the database", "from Redis"]) {
      expect(await followersOf(client, zero)).toEqual([two, one]);
      expect(await followersOf(client, one)).toEqual([zero, two]);
      expect(await followersOf(client, two)).toEqual([zero, one]);
      expect(await followeesOf(client, zero)).toEqual([one, two]);
      expect(await followeesOf(client, one)).toEqual([zero, two]);
      expect(await followeesOf(client, two)).toEqual([one, zero]);
    }
    await expectAgreement(mongo);
  },
);

test.for(worlds)("$name documents and sorted sets are as the original has them", async (world) => {
  const [ann, bob] = threeUsers();
  const stores = await world.open();
  const { client, mongo, redis } = await startedReplica({
    ...stores,
    now: () => 1_700_000_000_000,
  });

  await follow(client, ann, bob);
  await followersOf(client, bob);
  await followeesOf(client, ann);

  const timestamp = 1_700_000_000_000n;
  expect(await documentsIn(mongo)).toMatchObject([
    { user_id: ann, followers: [], followees: [{ user_id: bob, timestamp }] },
    { user_id: bob, followers: [{ user_id: ann, timestamp }], followees: [] },
  ]);
  expect(await redis.oldest(`${bob}:followers`, testCall())).toEqual([`${ann}`]);
  expect(await redis.oldest(`${ann}:followees`, testCall())).toEqual([`${bob}`]);
});

test.for(worlds)("$name following and unfollowing twice is as good as once", async (world) => {
  const [ann, bob] = threeUsers();
  let ms = 5;
  const { client, mongo } = await startedReplica({ ...(await world.open()), now: () => ms++ });

  await follow(client, ann, bob);
  await follow(client, ann, bob);
  expect(await expectAgreement(mongo)).toEqual([`${ann} → ${bob} @5`]);

  await unfollow(client, ann, bob);
  await unfollow(client, ann, bob);
  expect(await expectAgreement(mongo)).toEqual([]);
});

test.for(worlds)("$name follows of users that nobody registered are kept", async (world) => {
  const [ann, bob] = threeUsers();
  const { client, mongo } = await startedReplica(await world.open());

  await follow(client, ann, bob);

  expect(await followeesOf(client, ann)).toEqual([bob]);
  expect(await followersOf(client, bob)).toEqual([ann]);
  expect(await followeesOf(client, bob)).toEqual([]);
  await expectAgreement(mongo);
});

test.for(worlds)(
  "$name unfollowing among unknown users succeeds and makes nobody",
  async (world) => {
    const [ann, bob] = threeUsers();
    const { client, mongo } = await startedReplica(await world.open());

    await unfollow(client, ann, bob);

    expect(await documentsIn(mongo)).toEqual([]);
  },
);

test.for(worlds)("$name somebody may follow himself, and user 0 is a user", async (world) => {
  const { client, mongo } = await startedReplica({ ...(await world.open()), now: () => 1 });

  await follow(client, 0n, 0n);
  expect(await followersOf(client, 0n)).toEqual([0n]);
  expect(await expectAgreement(mongo)).toEqual(["0 → 0 @1"]);

  await unfollow(client, 0n, 0n);
  expect(await followeesOf(client, 0n)).toEqual([]);
  await expectAgreement(mongo);
});

test.for(worlds)("$name ids beyond 2^53 and negative ones keep all their digits", async (world) => {
  const { client, mongo } = await startedReplica(await world.open());
  const [greatest, least] = [2n ** 63n - 1n, -(2n ** 63n)];

  await follow(client, greatest, least);
  await follow(client, least, greatest - 1n);

  for (const _ of ["from the database", "from Redis"]) {
    expect(await followersOf(client, least)).toEqual([greatest]);
    expect(await followeesOf(client, least)).toEqual([greatest - 1n]);
  }
  await expectAgreement(mongo);
});

test.for(worlds)(
  "$name a user without edges has empty lists, at first and ever after",
  async (world) => {
    const [ann, bob] = threeUsers();
    const { client } = await startedReplica(await world.open());
    const expectEmpty = async () => {
      expect(await followersOf(client, ann)).toEqual([]);
      expect(await followeesOf(client, ann)).toEqual([]);
    };

    await insertUser(client, ann);
    await expectEmpty();
    await expectEmpty();

    await follow(client, ann, bob);
    await follow(client, bob, ann);
    await unfollow(client, ann, bob);
    await unfollow(client, bob, ann);
    await expectEmpty();
    await expectEmpty();
  },
);

test.for(worlds)("$name inserting a user who is there changes nothing", async (world) => {
  const [ann, bob] = threeUsers();
  const { client, mongo } = await startedReplica(await world.open());
  await follow(client, ann, bob);
  const before = await documentsIn(mongo);

  await Promise.all([insertUser(client, ann), insertUser(client, ann), insertUser(client, bob)]);

  expect(await documentsIn(mongo)).toEqual(before);
});

test.for(worlds)(
  "$name nobody follows somebody unknown, whose followees cannot be found",
  async (world) => {
    const [ann] = threeUsers();
    const { client } = await startedReplica(await world.open());

    expect(await followersOf(client, ann)).toEqual([]);
    await expect(followeesOf(client, ann)).rejects.toMatchObject({
      exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
      message: "Cannot find user_id in MongoDB.",
    });
    expect(await client.listFollowees({ reqId: 1n, userId: ann }, testCall())).toEqual([]);
  },
);

test.for(worlds)("$name followees can be listed with the times of their follows", async (world) => {
  const [ann, bob, cid] = threeUsers();
  let ms = 7;
  const { client } = await startedReplica({ ...(await world.open()), now: () => ms++ });
  await follow(client, ann, cid);
  await follow(client, ann, bob);

  expect(await client.listFollowees({ reqId: 1n, userId: ann }, testCall())).toEqual([
    { userId: cid, since: 7n },
    { userId: bob, since: 8n },
  ]);
});

test.for(worlds)(
  "$name what an original stored is read, and put right by the next follow",
  async (world) => {
    const [ann, bob, cid] = threeUsers();
    const stores = await world.open();
    const { client, mongo } = await startedReplica(stores);
    await mongo.collection<GraphDocument>(collectionName).insertMany(
      [
        { user_id: ann, followers: [], followees: [{ user_id: bob, timestamp: 5n }] },
        { user_id: bob, followers: [], followees: [] },
        { user_id: cid, followers: [{ user_id: ann, timestamp: 4n }], followees: [] },
      ],
      testCall(),
    );
    expect(await followeesOf(client, ann)).toEqual([bob]);

    await follow(client, ann, bob);
    await unfollow(client, ann, cid);

    expect(await expectAgreement(mongo)).toEqual([`${ann} → ${bob} @5`]);
  },
);
