import { inBothThriftWorlds, testCall } from "@faultline/rpc/both-worlds";
import { deadlineExceeded, unavailable } from "@faultline/rpc/errors";
import { someCall } from "@faultline/rpc/some-call";
import { connectMemcached } from "@faultline/stores/memcached-client";
import type { Mongo } from "@faultline/stores/mongo";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { keepLog } from "@faultline/stores/testing/kept-log";
import { startMemcached } from "@faultline/stores/testing/memcached-server";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { ErrorCode, serviceException, UserService } from "@faultline/thrift/social";
import { expect, onTestFinished, test } from "vitest";
import { createUniqueIds } from "../unique-ids.ts";
import { hashOf } from "./passwords.ts";
import { indexUsers } from "./registration.ts";
import {
  insertUsers,
  knownGraph,
  registerWithId,
  registrationOf,
  startedUser,
  storedUsers,
} from "./user-testing.ts";

const mongoUrl = mongoForFile();

function exists(username: string) {
  return {
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: `User ${username} already existed`,
  };
}

inBothThriftWorlds("a user is stored as the originals store one", async (start) => {
  const { handlers, mongo, userIds } = await startedUser();
  const user = await start(UserService, handlers);

  await registerWithId(user, "ann", 9_223_372_036_854_775_807n);

  const [stored] = await storedUsers(mongo);
  const salt = stored?.salt ?? "";
  expect(salt).toMatch(/^[0-9A-Za-z]{32}$/);
  expect(stored).toEqual({
    user_id: 9_223_372_036_854_775_807n,
    ...{ first_name: "first", last_name: "last", username: "ann", salt },
    password: hashOf("password of ann", salt),
  });
  expect(userIds).toEqual([9_223_372_036_854_775_807n]);
});

test("a password is hashed as the originals hash it", () => {
  expect(hashOf("password_1", "0123456789ABCDEFGHIJKLMNOPQRSTUV")).toBe(
    "3f73750f89e625b812091400b916fd589df9a2f87ae7311a61f82d10248258df",
  );
});

inBothThriftWorlds("who brings no id gets one of his own", async (start) => {
  const { handlers, mongo, userIds } = await startedUser();
  const user = await start(UserService, handlers);

  await user.registerUser(registrationOf("ann"), testCall());
  await user.registerUser(registrationOf("bob"), testCall());

  const ids = [6_499_821_625_674_825_728n, 6_499_821_625_674_825_729n];
  expect((await storedUsers(mongo)).map((stored) => stored.user_id)).toEqual(ids);
  expect(userIds).toEqual(ids);
});

inBothThriftWorlds("a name that somebody has is refused, and changes nothing", async (start) => {
  const { handlers, mongo, userIds } = await startedUser();
  const user = await start(UserService, handlers);
  await registerWithId(user, "ann", 1n);
  const before = await storedUsers(mongo);

  await expect(registerWithId(user, "ann", 2n)).rejects.toMatchObject(exists("ann"));
  const registering = user.registerUser(registrationOf("ann"), testCall());
  await expect(registering).rejects.toMatchObject(exists("ann"));
  expect(await storedUsers(mongo)).toEqual(before);
  expect(userIds).toEqual([1n]);
});

inBothThriftWorlds("an id that somebody has is refused to others", async (start) => {
  const { handlers, mongo } = await startedUser();
  const user = await start(UserService, handlers);
  await registerWithId(user, "ann", 0n);

  await expect(registerWithId(user, "bob", 0n)).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: expect.stringMatching(/^Failed to insert user bob to MongoDB: ./),
  });
  expect(await storedUsers(mongo)).toHaveLength(1);
});

test("who brings no id gets another one if the first is taken", async () => {
  const { handlers, mongo } = await startedUser();
  await insertUsers(mongo, { user_id: 6_499_821_625_674_825_728n, username: "ann" });

  await handlers.registerUser(registrationOf("bob"), someCall());

  const [bob] = await storedUsers(mongo, { username: "bob" });
  expect(bob?.user_id).toBe(6_499_821_625_674_825_729n);
});

inBothThriftWorlds("empty names are names", async (start) => {
  const { handlers } = await startedUser();
  const user = await start(UserService, handlers);
  const empty = { reqId: 1n, firstName: "", lastName: "", username: "", password: "" };

  await user.registerUserWithId({ ...empty, userId: 5n }, testCall());

  expect(await user.getUserId({ reqId: 1n, username: "" }, testCall())).toBe(5n);
});

inBothThriftWorlds("a name with NUL or of enormous length is refused", async (start) => {
  const { handlers, mongo } = await startedUser();
  const user = await start(UserService, handlers);
  const refused = (wrong: object) =>
    expect(
      user.registerUserWithId({ ...registrationOf("ann"), userId: 1n, ...wrong }, testCall()),
    ).rejects.toMatchObject({ exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR });

  await refused({ username: "mark\0x" });
  await refused({ firstName: "\0" });
  await refused({ lastName: "\0" });
  await refused({ username: "ö".repeat(129) });
  await refused({ lastName: "ö".repeat(8_193) });
  await refused({ password: "a".repeat(16_385) });
  expect(await storedUsers(mongo)).toEqual([]);
});

test("the social graph hears of a user before the database does", async () => {
  const { graph } = knownGraph(() => unavailable("connect() failed: Connection refused"));
  const { log, lines } = keepLog();
  const { handlers, mongo } = await startedUser({ graph });

  const registering = handlers.registerUser(registrationOf("ann"), someCall({ log }));
  await expect(registering).rejects.toMatchObject({
    code: "unavailable",
    message: "connect() failed: Connection refused",
  });
  expect(await storedUsers(mongo)).toEqual([]);
  expect(lines).toEqual([
    {
      message: "Failed to insert user to social-graph-service",
      reason: "connect() failed: Connection refused",
    },
  ]);

  // Nothing stands in the way of a second try.
  const mended = await startedUser({ mongo });
  await mended.handlers.registerUser(registrationOf("ann"), someCall());
  expect(await storedUsers(mongo)).toHaveLength(1);
});

test("a contract's exception of the social graph stays what it is", async () => {
  const failure = () =>
    serviceException(ErrorCode.SE_MONGODB_ERROR, "social-graph-mongodb is gone");
  const { handlers } = await startedUser({ graph: knownGraph(failure).graph });

  await expect(handlers.registerUser(registrationOf("ann"), someCall())).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_MONGODB_ERROR,
  });
});

test("a failing database is the contract's exception of the step that failed", async () => {
  const failing = (operation: string, error: () => Error): Mongo => {
    const mongo = createMemoryMongo();
    const fail = { [operation]: () => Promise.reject(error()) };
    return { ...mongo, collection: (name) => ({ ...mongo.collection(name), ...fail }) };
  };
  const registering = async (mongo: Mongo) =>
    (await startedUser({ mongo })).handlers.registerUser(registrationOf("ann"), someCall());
  const gone = () => unavailable("user-mongodb cannot be reached");

  await expect(registering(failing("findOne", gone))).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_MONGODB_ERROR,
    message: "user-mongodb cannot be reached",
  });
  await expect(registering(failing("insertMany", gone))).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: "Failed to insert user ann to MongoDB: user-mongodb cannot be reached",
  });
  const late = failing("insertMany", () => deadlineExceeded("too late"));
  await expect(registering(late)).rejects.toMatchObject({
    code: "deadlineExceeded",
    message: "too late",
  });
});

test.each(["in memory", "in a real database"])(
  "where an original let several have one name, that is told, and everybody is served (%s)",
  async (where) => {
    const { log, lines } = keepLog();
    const mongo = where === "in memory" ? createMemoryMongo() : openMongo("shared-names");
    const users = ["ann", "bob", "ann"].map((username, i) => ({ user_id: BigInt(i), username }));
    await insertUsers(mongo, ...users);

    await indexUsers(mongo, testCall({ log }));
    const { handlers } = await startedUser({ mongo });

    expect(lines).toContainEqual({ message: "usernames not made unique", usernames: ["ann"] });
    expect(await handlers.getUserId({ reqId: 1n, username: "ann" }, someCall())).toBe(0n);
    await expect(handlers.registerUser(registrationOf("ann"), someCall())).rejects.toThrow(
      "already",
    );
    await handlers.registerUser(registrationOf("cid"), someCall());
  },
);

function openMongo(database: string): Mongo {
  const mongo = connectMongo({
    ...{ service: "user-service", peer: "user-mongodb" },
    ...{ url: mongoUrl(), database: `${database}-${process.pid}`, bigints: true },
  });
  onTestFinished(() => mongo.close());
  return mongo;
}

/** A replica with connections of its own to real servers. */
async function realReplica(machine: number, memcached: string) {
  const mongo = openMongo("user");
  const peer = "user-memcached";
  const cache = connectMemcached({ service: "user-service", peer, addresses: [memcached] });
  onTestFinished(() => cache.close());
  return await startedUser({ mongo, cache, ids: createUniqueIds({ machine }) });
}

test("of many who register one name at two replicas at once, one gets it", async () => {
  const { address } = await startMemcached();
  const [one, two] = await Promise.all([realReplica(1, address), realReplica(2, address)]);
  const names = ["ann", "bob", "cid"];
  const replicas = [one, two, one, two, two, one];

  const attempts = names.flatMap((name) =>
    replicas.map(({ handlers }, i) => {
      const password = `${name}'s password ${i}`;
      const registering = handlers.registerUser(registrationOf(name, password), someCall());
      return registering.then(
        () => ({ name, password }),
        (error) => ({ name, error }),
      );
    }),
  );
  const results = await Promise.all(attempts);

  const winners = results.flatMap((result) => ("password" in result ? [result] : []));
  expect(winners.map(({ name }) => name).sort()).toEqual(names);
  for (const result of results)
    if ("error" in result) expect(result.error).toMatchObject(exists(result.name));
  expect((await storedUsers(one.mongo)).map(({ username }) => username).sort()).toEqual(names);
  const cutAtNul = { reqId: 1n, username: "ann\0x" };
  await expect(two.handlers.getUserId(cutAtNul, someCall())).rejects.toThrow("is not registered");
  for (const { name: username, password } of winners) {
    // Ids beyond the precision of a double are the same from either replica and from either store.
    const login = { reqId: 1n, username };
    expect(await two.handlers.login({ ...login, password }, someCall())).toBe(
      await one.handlers.login({ ...login, password }, someCall()),
    );
    const id = await one.handlers.getUserId(login, someCall());
    expect(await two.handlers.getUserId(login, someCall())).toBe(id);
    expect(await storedUsers(two.mongo, { user_id: id, username })).toHaveLength(1);
  }
});
