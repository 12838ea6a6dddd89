import { inBothThriftWorlds, testCall } from "@faultline/rpc/both-worlds";
import { unavailable } from "@faultline/rpc/errors";
import { someCall } from "@faultline/rpc/some-call";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Document, Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import {
  ErrorCode,
  UserMentionService,
  type UserMentionServiceClient,
} from "@faultline/thrift/social";
import { expect, test, vi } from "vitest";
import { createUserMention } from "./user-mention.ts";

const longName = "a".repeat(300);

async function mongoWith(...users: Document[]) {
  const mongo = createMemoryMongo();
  await mongo.collection("user").insertMany(users, testCall());
  return mongo;
}

function threeUsers() {
  return mongoWith(
    { user_id: 3n, username: "c" },
    { user_id: 6_499_821_625_674_825_729n, username: "a" },
    { user_id: 2n, username: "b" },
    { user_id: 4n, username: longName },
  );
}

function failingFind(mongo: Mongo): Mongo {
  const find = () => Promise.reject(unavailable("user-mongodb cannot be reached"));
  return { ...mongo, collection: (name) => ({ ...mongo.collection(name), find }) };
}

async function mentioned(mentions: UserMentionServiceClient, ...usernames: string[]) {
  const found = await mentions.composeUserMentions({ reqId: 1n, usernames }, testCall());
  return found.map(({ userId, username }) => `${username} ${userId}`);
}

const aAndB = ["a 6499821625674825729", "b 2"];

inBothThriftWorlds("users come in the order of first appearance, each once", async (start) => {
  const cache = createMemoryCache();
  await cache.set("b:user_id", "2", testCall());
  const mentions = await start(UserMentionService, createUserMention(await threeUsers(), cache));

  expect(await mentioned(mentions, "a", "b", "a", "c", "b")).toEqual([...aAndB, "c 3"]);
  expect(await mentioned(mentions, "c", "b", "b", "a")).toEqual(["c 3", "b 2", aAndB[0]]);
  expect(await mentioned(mentions)).toEqual([]);
});

inBothThriftWorlds("names that nobody has are left out", async (start) => {
  const mongo = await threeUsers();
  const mentions = await start(UserMentionService, createUserMention(mongo, createMemoryCache()));

  expect(await mentioned(mentions, "nobody", "a", "A", "", "a\0x", "b")).toEqual(aAndB);
});

inBothThriftWorlds("what the cache knows is not asked of the database", async (start) => {
  const cache = createMemoryCache();
  await cache.set("a:user_id", "6499821625674825729", testCall());
  await cache.set("b:user_id", "2", testCall());
  const mongo = failingFind(createMemoryMongo());
  const mentions = await start(UserMentionService, createUserMention(mongo, cache));

  expect(await mentioned(mentions, "a", "b")).toEqual(aAndB);
});

inBothThriftWorlds("the database is asked once for a user, not at each mention", async (start) => {
  const cache = createMemoryCache();
  const [first, later] = [await threeUsers(), failingFind(createMemoryMongo())];
  const mentions = await start(UserMentionService, createUserMention(first, cache));
  expect(await mentioned(mentions, "a", "b", "nobody")).toEqual(aAndB);

  // In the form in which the service `user`, ours or an original, writes and reads it.
  await vi.waitFor(async () => {
    expect(`${await cache.get("a:user_id", testCall())}`).toBe("6499821625674825729");
    expect(`${await cache.get("b:user_id", testCall())}`).toBe("2");
  });
  expect(await cache.get("nobody:user_id", testCall())).toBeUndefined();
  const again = await start(UserMentionService, createUserMention(later, cache));
  expect(await mentioned(again, "b", "a")).toEqual(aAndB.toReversed());
});

inBothThriftWorlds("without the cache users are found as ever", async (start) => {
  const dead = { ...createMemoryCache(), getMany: () => Promise.reject(unavailable("gone")) };
  const mentions = await start(UserMentionService, createUserMention(await threeUsers(), dead));

  expect(await mentioned(mentions, "a", "b")).toEqual(aAndB);
});

inBothThriftWorlds("a cached id that is none is a miss", async (start) => {
  const cache = createMemoryCache();
  await cache.set("a:user_id", "{", testCall());
  await cache.set("b:user_id", "9223372036854775808", testCall());
  const mentions = await start(UserMentionService, createUserMention(await threeUsers(), cache));

  expect(await mentioned(mentions, "a", "b")).toEqual(aAndB);
});

inBothThriftWorlds(
  "names that memcached cannot take are looked up in the database",
  async (start) => {
    const mongo = await mongoWith(
      { user_id: 4n, username: longName },
      { user_id: 5n, username: "x y" },
    );
    const mentions = await start(UserMentionService, createUserMention(mongo, createMemoryCache()));

    expect(await mentioned(mentions, longName, "x y")).toEqual([`${longName} 4`, "x y 5"]);
  },
);

inBothThriftWorlds(
  "a failing database fails the call, instead of losing mentions",
  async (start) => {
    const mongo = failingFind(createMemoryMongo());
    const mentions = await start(UserMentionService, createUserMention(mongo, createMemoryCache()));

    await expect(mentioned(mentions, "a")).rejects.toMatchObject({
      exceptionCode: ErrorCode.SE_MONGODB_ERROR,
      message: "user-mongodb cannot be reached",
    });
  },
);

inBothThriftWorlds("a user without an id is the contract's exception", async (start) => {
  const mongo = await mongoWith({ username: "a" });
  const mentions = await start(UserMentionService, createUserMention(mongo, createMemoryCache()));

  await expect(mentioned(mentions, "a")).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_MONGODB_ERROR,
    message: "Attribute of MongoDB item is not complete",
  });
});

test("of users that an original registered twice the first is meant", async () => {
  const mongo = await mongoWith({ user_id: 1n, username: "a" }, { user_id: 2n, username: "a" });
  const { composeUserMentions } = createUserMention(mongo, createMemoryCache());

  expect(await composeUserMentions({ reqId: 1n, usernames: ["a"] }, someCall())).toEqual([
    { userId: 1n, username: "a" },
  ]);
});

test("too many names at once are refused", async () => {
  const { composeUserMentions } = createUserMention(createMemoryMongo(), createMemoryCache());
  const usernames: string[] = Array(32_769).fill("a");

  await expect(composeUserMentions({ reqId: 1n, usernames }, someCall())).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
  });
});
