import { inBothThriftWorlds, testCall } from "@faultline/rpc/both-worlds";
import { someCall } from "@faultline/rpc/some-call";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { ErrorCode, UserService } from "@faultline/thrift/social";
import { expect, test, vi } from "vitest";
import {
  deadCache,
  largeId,
  mongoWith,
  notRegistered,
  original,
  rightLogin,
  startedUser,
  unreachable,
} from "./user-testing.ts";

inBothThriftWorlds("a user is found by name", async (start) => {
  const { handlers } = await startedUser({ mongo: await mongoWith(original) });
  const user = await start(UserService, handlers);
  const asked = { reqId: 1n, username: "username_1" };

  expect(await user.getUserId(asked, testCall())).toBe(largeId);
  expect(await user.composeCreatorWithUsername(asked, testCall())).toEqual({
    userId: largeId,
    username: "username_1",
  });
});

inBothThriftWorlds("names that nobody has are the contract's exception", async (start) => {
  const { handlers } = await startedUser({ mongo: await mongoWith(original) });
  const user = await start(UserService, handlers);

  for (const username of ["nobody", "username_1\0x"]) {
    const asked = { reqId: 1n, username };
    const failure = notRegistered(username, ErrorCode.SE_THRIFT_HANDLER_ERROR);
    await expect(user.getUserId(asked, testCall())).rejects.toMatchObject(failure);
    const composing = user.composeCreatorWithUsername(asked, testCall());
    await expect(composing).rejects.toMatchObject(failure);
  }
});

inBothThriftWorlds("a creator given by id is taken as given", async (start) => {
  const { handlers } = await startedUser();
  const user = await start(UserService, handlers);

  const creator = { userId: -5n, username: "nobody" };
  expect(await user.composeCreatorWithUserId({ reqId: 1n, ...creator }, testCall())).toEqual(
    creator,
  );
});

inBothThriftWorlds("a creator's name has at most 256 bytes", async (start) => {
  const { handlers } = await startedUser();
  const user = await start(UserService, handlers);
  const asked = { reqId: 1n, userId: 1n, username: "ö".repeat(128) };

  expect(await user.composeCreatorWithUserId(asked, testCall())).toMatchObject({ userId: 1n });
  await expect(
    user.composeCreatorWithUserId({ ...asked, username: "ö".repeat(129) }, testCall()),
  ).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: "a user name has at most 256 bytes",
  });
});

test("ids are cached in the original's form, and not for ever", async () => {
  let nowMs = 0;
  const cache = createMemoryCache({ now: () => nowMs });
  const { handlers } = await startedUser({ mongo: await mongoWith(original), cache });
  const cached = async () => (await cache.get("username_1:user_id", testCall()))?.toString();

  await handlers.getUserId({ reqId: 1n, username: "username_1" }, someCall());
  await vi.waitFor(async () => expect(await cached()).toBe(`${largeId}`), 10_000);
  nowMs = 3_600_000;
  expect(await cached()).toBeUndefined();
});

test("a cached id is enough, and one that is none is a miss", async () => {
  const cache = createMemoryCache();
  const { handlers } = await startedUser({ mongo: await mongoWith(original), cache });
  const asked = { reqId: 1n, username: "username_1" };

  await cache.set("username_1:user_id", "x", testCall());
  expect(await handlers.getUserId(asked, someCall())).toBe(largeId);
  await cache.set("ghost:user_id", "-7", testCall());
  expect(await handlers.getUserId({ reqId: 1n, username: "ghost" }, someCall())).toBe(-7n);
});

inBothThriftWorlds("without the cache users log in and are found as ever", async (start) => {
  const { handlers } = await startedUser({ mongo: await mongoWith(original), cache: deadCache() });
  const user = await start(UserService, handlers);

  expect(await user.getUserId({ reqId: 1n, username: "username_1" }, testCall())).toBe(largeId);
  expect(await user.login(rightLogin, testCall())).toMatch(/^eyJ/);
});

inBothThriftWorlds("names that memcached cannot take bypass it", async (start) => {
  const names = ["a".repeat(300), "with blanks", "line\nbreak"];
  const users = names.map((username, i) => ({ ...original, user_id: BigInt(i), username }));
  const { handlers } = await startedUser({ mongo: await mongoWith(...users) });
  const user = await start(UserService, handlers);

  for (const [i, username] of names.entries()) {
    expect(await user.getUserId({ reqId: 1n, username }, testCall())).toBe(BigInt(i));
    expect(await user.login({ ...rightLogin, username }, testCall())).toMatch(/^eyJ/);
  }
});

inBothThriftWorlds("a failing database is the contract's exception", async (start) => {
  const { handlers } = await startedUser({ mongo: unreachable(createMemoryMongo()) });
  const user = await start(UserService, handlers);
  const failure = { exceptionCode: ErrorCode.SE_MONGODB_ERROR, message: "it is gone" };

  const asked = { reqId: 1n, username: "a" };
  await expect(user.getUserId(asked, testCall())).rejects.toMatchObject(failure);
  await expect(user.login({ ...asked, password: "" }, testCall())).rejects.toMatchObject(failure);
});

test("a document without an id is the contract's exception", async () => {
  const { handlers } = await startedUser({ mongo: await mongoWith({ username: "a" }) });

  const asked = handlers.getUserId({ reqId: 1n, username: "a" }, someCall());
  await expect(asked).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: "user_id attribute of user: a was not found in the User object",
  });
});
