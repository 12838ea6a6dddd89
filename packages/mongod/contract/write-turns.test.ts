import type { Collection, Document } from "mongodb";
import { expect, test, vi } from "vitest";
import { serverError, useTarget } from "./target.ts";

// A write of many documents leaves room for others: each document is changed whole, the write
// as a whole is not.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const target = useTarget();
const many = 20_000;

/** Much work for each document; true of all, or of none. */
const sum = { $sum: { $map: { input: { $range: [0, 60] }, in: "$$this" } } };
const always: Document = { $expr: { $lt: [sum, 1_000_000] } };
const costly: Document = { $expr: { $gt: [sum, 1_000_000] } };

async function large() {
  return target.collection(
    Array.from({ length: many }, (_, n) => ({ _id: n as never, n, state: "new" })),
  );
}

const admin = () => target.client().db("admin");

/** The ids of the operations on a collection that run now, other than `currentOp`. */
async function running({ collectionName }: Collection): Promise<number[]> {
  const { inprog } = await admin().command({ currentOp: 1 });
  const own = ({ command, ns }: Document) =>
    ns?.endsWith(`.${collectionName}`) && !command?.currentOp;
  return inprog.filter(own).map(({ opid }: Document) => opid);
}

/** Does something again and again until `work` is done. Tells how often it was while it was not. */
async function whileBusy<Result>(work: Promise<Result>, act: (round: number) => Promise<unknown>) {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  let meanwhile = 0;
  for (let round = 0; !isDone; round += 1) {
    await act(round);
    // What needs no server would else leave nobody a turn.
    await new Promise(setImmediate);
    if (!isDone) meanwhile += 1;
  }
  return { meanwhile, done };
}

test("others are answered while a long write looks for its documents, and killOp ends it", async () => {
  const collection = await large();
  const name = collection.collectionName;
  const change = { $set: { state: "changed" } };
  const commands = [
    { update: name, updates: [{ q: costly, u: change, multi: true }] },
    { update: name, updates: [{ q: costly, u: change }] },
    { update: name, updates: Array.from({ length: 100 }, () => ({ q: costly, u: change })) },
    { delete: name, deletes: [{ q: costly, limit: 0 }] },
    { delete: name, deletes: [{ q: costly, limit: 1 }] },
    { findAndModify: name, query: costly, update: change },
    { findAndModify: name, query: costly, remove: true, sort: { n: 1 } },
    { aggregate: name, pipeline: [{ $match: costly }, { $out: "target" }], cursor: {} },
  ];
  for (const command of commands) {
    let pings = 0;
    const { done } = await whileBusy(target.db().command(command), async () => {
      const [op] = await running(collection);
      if (op === undefined) return;
      await target.db().command({ ping: 1 });
      pings += 1;
      if (pings >= 3) await admin().command({ killOp: 1, op });
    });
    expect((await serverError(done)).code, JSON.stringify(command).slice(0, 80)).toBe(11_601);
  }
  expect(await collection.countDocuments({ state: "new" })).toBe(many);
});

test("others are answered while many documents are changed, removed, inserted or checked", async () => {
  const collection = await large();
  const documents = Array.from({ length: many }, (_, n) => ({ n }));
  const name = collection.collectionName;
  const ping = () => target.db().command({ ping: 1 });
  const works = [
    () => collection.updateMany({}, { $set: { state: "changed" } }),
    () => collection.insertMany(documents),
    () => collection.bulkWrite(documents.map(({ n }) => changeOne(n)).slice(0, 5_000)),
    () => target.db().command({ validate: name }),
    () => target.db().command({ explain: { find: name, filter: costly } }),
    () => collection.aggregate([{ $out: "other" }]).toArray(),
    () => collection.aggregate([{ $limit: 5_000 }, { $merge: "another" }]).toArray(),
    () => collection.deleteMany({}),
  ];
  for (const work of works) {
    const { meanwhile, done } = await whileBusy(work(), ping);
    await done;
    expect(meanwhile, String(work)).toBeGreaterThan(2);
  }
  expect(await target.db().collection("other").countDocuments()).toBe(2 * many);
  expect(await collection.countDocuments()).toBe(0);
});

function changeOne(n: number) {
  return { updateOne: { filter: { _id: n as never }, update: { $inc: { n: 1 } } } };
}

test("what others change before an updateMany comes to it is matched again", async () => {
  const collection = await large();
  let held = 0;
  const updated = collection.updateMany({ state: "new", ...always }, { $set: { state: "done" } });
  const { done } = await whileBusy(updated, async (round) => {
    const last = { _id: (many - 1 - round) as never, state: "new" };
    held += (await collection.updateOne(last, { $set: { state: "held" } })).matchedCount;
  });

  expect(held).toBeGreaterThan(0);
  expect(await done).toMatchObject({ matchedCount: many - held, modifiedCount: many - held });
  expect(await collection.countDocuments({ state: "held" })).toBe(held);
  expect(await collection.countDocuments({ state: "done" })).toBe(many - held);
});

test("what others change before a deleteMany comes to it stays", async () => {
  const collection = await large();
  await collection.createIndex({ state: 1 });
  let held = 0;
  const deleted = collection.deleteMany({ state: "new", ...always });
  const { done } = await whileBusy(deleted, async (round) => {
    const last = { _id: (many - 1 - round) as never, state: "new" };
    held += (await collection.updateOne(last, { $set: { state: "held" } })).matchedCount;
  });

  expect(held).toBeGreaterThan(0);
  expect((await done).deletedCount).toBe(many - held);
  expect(await collection.countDocuments()).toBe(held);
});

test("an updateMany that moves documents along its index, while others have turns, changes each once", async () => {
  const collection = await large();
  await collection.createIndex({ n: 1 });
  const moved = collection.updateMany({ n: { $gte: 0 } }, { $inc: { n: many, times: 1 } });
  const { meanwhile, done } = await whileBusy(moved, (round) =>
    collection.insertOne({ n: -1 - round }),
  );

  expect(meanwhile).toBeGreaterThan(0);
  expect((await done).modifiedCount).toBe(many);
  expect(await collection.countDocuments({ times: 1, n: { $gte: many, $lt: 2 * many } })).toBe(
    many,
  );
  const { collectionName } = collection;
  expect(await target.db().command({ validate: collectionName })).toMatchObject({ valid: true });
});

test("of many that look for one document at once, each gets one of its own", async () => {
  const collection = await large();
  const workers = [0, 1, 2, 3];
  const taken = await Promise.all(
    workers.map((worker) =>
      collection.findOneAndUpdate(
        { state: "new" },
        { $set: { state: "taken", worker } },
        { sort: { n: -1 }, returnDocument: "after" },
      ),
    ),
  );
  expect(new Set(taken.map((document) => document?.n)).size).toBe(workers.length);
  expect(taken.map((document) => document?.worker)).toEqual(workers);
  expect(await collection.countDocuments({ state: "taken" })).toBe(workers.length);

  const removed = await Promise.all(
    workers.map(() => collection.findOneAndDelete({ state: "new" }, { sort: { n: 1 } })),
  );
  expect(new Set(removed.map((document) => document?.n)).size).toBe(workers.length);
  expect(await collection.countDocuments()).toBe(many - workers.length);
});

test("a key that another takes meanwhile ends an updateMany there", async () => {
  const collection = await large();
  await collection.createIndex({ n: 1 }, { unique: true });
  let taken = 0;
  const moved = collection.updateMany({ _id: { $gte: 0 as never } }, { $inc: { n: many } });
  const { done } = await whileBusy(moved, async (round) => {
    const document = { _id: (-1 - round) as never, n: 2 * many - 1 - round };
    const inserted = await collection.insertOne(document).catch(({ code }) => code);
    if (inserted !== 11_000) taken += 1;
  });

  expect(taken).toBeGreaterThan(0);
  expect((await serverError(done)).code).toBe(11_000);
  // Those before it are changed and stay so; the others are as they were.
  const own = await collection
    .find({ _id: { $gte: 0 as never } })
    .sort({ _id: 1 })
    .toArray();
  const changed = own.filter(({ n }) => n >= many).length;
  expect(changed).toBe(many - taken);
  expect(own.map(({ n }) => n)).toEqual(own.map((_, at) => (at < changed ? at + many : at)));
});

test("an updateMany that is killed, or takes too long, leaves whole documents and whole indexes", async () => {
  const collection = await large();
  await collection.createIndex({ state: 1, n: 1 });
  const killed = collection.updateMany(always, { $set: { state: "changed" } });
  const { done } = await whileBusy(killed, async () => {
    for (const op of await running(collection)) await admin().command({ killOp: 1, op });
  });
  expect((await serverError(done)).code).toBe(11_601);
  const name = collection.collectionName;
  const updates = [{ q: always, u: { $set: { state: "again" } }, multi: true }];
  const late = target.db().command({ update: name, updates, maxTimeMS: 30 });
  expect((await serverError(late)).code).toBe(50);

  const states = (await collection.find().sort({ _id: 1 }).toArray()).map(({ state }) => state);
  const first = (state: string) => states.filter((each) => each === state);
  expect(states).toEqual(["again", "changed", "new"].flatMap(first));
  expect(first("new").length).toBeLessThan(many);
  expect(await target.db().command({ validate: name })).toMatchObject({ valid: true });
});

test("a collection, or the index that is read, dropped meanwhile ends a write of many", async () => {
  const collection = await large();
  await collection.createIndex({ n: 1 }, { name: "read" });
  const works = [
    [() => collection.updateMany({ n: { $gte: 0 }, ...always }, { $set: { state: "x" } }), "index"],
    [() => collection.updateMany(always, { $set: { state: "y" } }), "collection"],
  ] as const;
  for (const [work, dropped] of works) {
    let isDropped = false;
    const { done } = await whileBusy(work(), async () => {
      const isRunning = (await running(collection)).length > 0;
      if (isDropped || !isRunning) return;
      isDropped = true;
      await (dropped === "index" ? collection.dropIndex("read") : collection.drop());
    });
    expect((await serverError(done)).code, dropped).toBe(175);
  }
  expect(await collection.countDocuments()).toBe(0);
  await collection.insertOne({ n: 1 });
  const { collectionName } = collection;
  expect(await target.db().command({ validate: collectionName })).toMatchObject({ nrecords: 1 });
});

test("validate finds a collection whole while others write to it", async () => {
  const collection = await large();
  await collection.createIndex({ n: 1 }, { unique: true });
  await collection.createIndex({ state: 1, list: 1 });
  const checked = target.db().command({ validate: collection.collectionName });
  const { done } = await whileBusy(checked, async (round) => {
    await collection.updateOne({ n: round }, { $inc: { n: 2 * many }, $set: { list: [1, 2] } });
    await collection.deleteOne({ n: many - 1 - round });
    await collection.insertOne({ n: -1 - round });
  });
  expect(await done).toMatchObject({ valid: true, errors: [] });
});

/** Does something once while a command on the collection is at work. */
async function onceWithin<Result>(
  { collection, begin }: { collection: Collection; begin: () => Promise<Result> },
  act: () => Promise<unknown>,
): Promise<Result> {
  let isDone = false;
  const { done } = await whileBusy(begin(), async () => {
    const isRunning = (await running(collection)).length > 0;
    if (isDone || !isRunning) return;
    isDone = true;
    await act();
  });
  expect(isDone).toBe(true);
  return done;
}

test("validate does not miss the entries of an index that is dropped meanwhile", async () => {
  const collection = await large();
  await collection.createIndex({ n: 1 }, { name: "gone" });
  const begin = () => target.db().command({ validate: collection.collectionName });
  expect((await begin()).nIndexes).toBe(2);

  const checked = await onceWithin({ collection, begin }, () => collection.dropIndex("gone"));

  expect(checked).toMatchObject({ valid: true, errors: [] });
});

test("$out loses no index that somebody makes on its target meanwhile", async () => {
  const collection = await large();
  const replaced = await target.collection();
  const { collectionName } = replaced;
  const out = (match: Document) =>
    collection.aggregate([{ $match: match }, { $out: collectionName }]).toArray();
  await out({ n: 1 });

  const replacing = onceWithin({ collection, begin: () => out(always) }, () =>
    replaced.createIndex({ n: 1 }, { name: "made" }),
  );

  expect((await serverError(replacing)).code).toBe(125);
  expect(await replaced.indexExists("made")).toBe(true);
  expect(await replaced.countDocuments()).toBe(1);
  expect(await target.db().listCollections({ name: /^tmp/ }).toArray()).toEqual([]);
});
