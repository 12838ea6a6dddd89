import { UUID } from "mongodb";
import { expect, test } from "vitest";
import { serverError, useTarget } from "./target.ts";

const target = useTarget();
const admin = () => target.client().db("admin");

test("hello tells the limits that drivers keep to", async () => {
  expect(await admin().command({ hello: 1 })).toMatchObject({
    isWritablePrimary: true,
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    logicalSessionTimeoutMinutes: 30,
    ok: 1,
  });
});

test("a command that does not exist answers CommandNotFound", async () => {
  const error = await serverError(target.db().command({ nonsense: 1 }));
  expect(error).toMatchObject({ code: 59, codeName: "CommandNotFound" });
  expect(error.message).toBe("no such command: 'nonsense'");
});

test("a command for admin is refused elsewhere", async () => {
  const error = await serverError(target.db().command({ listDatabases: 1 }));
  expect(error).toMatchObject({ code: 13, codeName: "Unauthorized" });
});

test("a field of a wrong type answers TypeMismatch", async () => {
  const collection = await target.collection([{ a: 1 }]);
  const find = { find: collection.collectionName };
  expect((await serverError(target.db().command({ ...find, filter: 1 }))).code).toBe(14);
  expect((await serverError(target.db().command({ ...find, limit: "x" }))).code).toBe(14);
});

test("collections are created, listed, renamed and dropped", async () => {
  const db = target.db();
  await db.createCollection("made");
  const [info] = await db.listCollections({ name: "made" }).toArray();
  expect(info).toMatchObject({ name: "made", type: "collection", idIndex: { name: "_id_" } });
  await db.collection("made").insertOne({ a: 1 });
  await db.collection("made").rename("moved");
  expect(await db.collection("moved").countDocuments()).toBe(1);
  expect((await serverError(db.collection("made").rename("moved"))).code).toBe(26);
  await db.createCollection("made");
  expect((await serverError(db.collection("made").rename("moved"))).code).toBe(48);
  await db.collection("made").drop();
  await db.collection("moved").drop();
  expect(await db.listCollections({ name: { $in: ["made", "moved"] } }).toArray()).toEqual([]);
});

test("a database is there once it holds something, and gone once it is dropped", async () => {
  const client = target.client();
  const name = `short_lived_${process.pid}`;
  const names = async () =>
    (await admin().admin().listDatabases()).databases.map((each) => each.name);
  await client.db(name).collection("c").insertOne({ a: 1 });
  expect(await names()).toContain(name);
  await client.db(name).dropDatabase();
  expect(await names()).not.toContain(name);
});

test("names that MongoDB does not take are refused with InvalidNamespace", async () => {
  const db = target.db();
  expect((await serverError(db.command({ create: "a$b" }))).code).toBe(73);
  expect((await serverError(db.command({ insert: "", documents: [{ a: 1 }] }))).code).toBe(73);
});

test("indexes of a collection that does not exist are not listed", async () => {
  const error = await serverError(target.db().command({ listIndexes: "nowhere" }));
  expect(error).toMatchObject({ code: 26, codeName: "NamespaceNotFound" });
});

test("validate finds a collection whole", async () => {
  const collection = await target.collection([{ a: [1, 2] }, { a: 3 }]);
  await collection.createIndex({ a: 1 });
  const result = await target.db().command({ validate: collection.collectionName });
  expect(result).toMatchObject({ valid: true, nrecords: 2, keysPerIndex: { _id_: 2, a_1: 3 } });
});

test("statistics count documents and indexes", async () => {
  const collection = await target.collection([{ a: 1 }, { a: 2 }]);
  const stats = await target.db().command({ collStats: collection.collectionName });
  expect(stats).toMatchObject({ ns: collection.namespace, count: 2, nindexes: 1 });
  expect((await target.db().stats()).objects).toBeGreaterThanOrEqual(2);
  const [counted] = await collection.aggregate([{ $collStats: { count: {} } }]).toArray();
  expect(counted?.count).toBe(2);
});

test("what operators ask of a server is answered", async () => {
  const asked = [
    { buildInfo: 1 },
    { serverStatus: 1 },
    { hostInfo: 1 },
    { getCmdLineOpts: 1 },
    { getParameter: 1, featureCompatibilityVersion: 1 },
    { getLog: "global" },
    { getLog: "startupWarnings" },
    { connectionStatus: 1 },
    { currentOp: 1 },
    { listCommands: 1 },
    { fsync: 1 },
    { top: 1 },
    { whatsmyuri: 1 },
    { startSession: 1 },
  ];
  for (const command of asked) expect(await admin().command(command)).toMatchObject({ ok: 1 });
});

test("a parameter that is changed is changed back", async () => {
  const { was } = await admin().command({ setParameter: 1, cursorTimeoutMillis: 1_000 });
  expect(await admin().command({ getParameter: 1, cursorTimeoutMillis: 1 })).toMatchObject({
    cursorTimeoutMillis: 1_000,
  });
  await admin().command({ setParameter: 1, cursorTimeoutMillis: was });
  expect((await serverError(admin().command({ setParameter: 1, nonsense: 1 }))).code).toBe(72);
});

test("a standalone server refuses transactions", async () => {
  const collection = await target.collection([{ a: 1 }]);
  const session = target.client().startSession();
  session.startTransaction();
  const error = await serverError(collection.insertOne({ a: 2 }, { session }));
  const { originalError } = error.errorResponse;
  expect(originalError).toMatchObject({ code: 20, codeName: "IllegalOperation" });
  await session.abortTransaction().catch(() => undefined);
  await session.endSession();
  expect(await collection.countDocuments()).toBe(1);
});

test("sessions are accepted and ended", async () => {
  const collection = await target.collection([{ a: 1 }]);
  await target.client().withSession(async (session) => {
    expect(await collection.findOne({ a: 1 }, { session })).toMatchObject({ a: 1 });
  });
  await admin().command({ endSessions: [{ id: new UUID() }] });
});

test("a command that takes longer than it may is stopped", async () => {
  const documents = Array.from({ length: 20_000 }, (_, n) => ({ n, v: [n, n + 1, n + 2] }));
  const collection = await target.collection(documents);
  const slow = { $or: Array.from({ length: 300 }, (_, n) => ({ [`v.${n}`]: -1 })) };
  const error = await serverError(collection.find(slow).maxTimeMS(1).toArray());
  expect(error).toMatchObject({ code: 50, codeName: "MaxTimeMSExpired" });
});
