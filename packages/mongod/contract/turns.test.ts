import type { Document } from "mongodb";
import { expect, test, vi } from "vitest";
import { serverError, useTarget } from "./target.ts";

// Long work leaves room for others, and ends when it is told to.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const target = useTarget();
const many = 20_000;

/** Never true, and much work for each document. */
const costly = {
  $expr: { $gt: [{ $sum: { $map: { input: { $range: [0, 60] }, in: "$$this" } } }, 1_000_000] },
};

async function large() {
  return target.collection(Array.from({ length: many }, (_, n) => ({ n })));
}

/** The operation's id, once it is seen to run. */
async function running(collection: string): Promise<number> {
  const admin = target.client().db("admin");
  for (;;) {
    const { inprog } = await admin.command({ currentOp: 1 });
    const found = inprog.find(
      ({ command, ns }: Document) => ns?.endsWith(`.${collection}`) && !command?.currentOp,
    );
    if (found) return found.opid;
  }
}

test("others are answered while a long find, count or aggregation goes on", async () => {
  const collection = await large();
  const name = collection.collectionName;
  const commands = [
    { find: name, filter: costly },
    { count: name, query: costly },
    { distinct: name, key: "n", query: costly },
    { aggregate: name, pipeline: [{ $match: costly }], cursor: {} },
    { aggregate: name, pipeline: [{ $group: { _id: costly.$expr } }], cursor: {} },
    { aggregate: name, pipeline: [{ $project: { v: costly.$expr } }, { $count: "n" }], cursor: {} },
  ];
  for (const command of commands) {
    let isDone = false;
    const answer = target
      .db()
      .command(command)
      .finally(() => {
        isDone = true;
      });
    await running(name);
    for (let pings = 0; pings < 3; pings += 1) await target.db().command({ ping: 1 });
    expect(isDone, Object.keys(command)[0]).toBe(false);
    const opid = await running(name);
    await target.client().db("admin").command({ killOp: 1, op: opid });
    expect((await serverError(answer)).code).toBe(11_601);
  }
});

test("maxTimeMS ends a find, an aggregation and a join that take longer", async () => {
  const collection = await large();
  const name = collection.collectionName;
  const inner = { from: name, as: "x", pipeline: [{ $match: costly }] };
  const pipelines = [
    [{ $match: costly }],
    [{ $addFields: { v: costly.$expr } }, { $sort: { v: 1 } }],
    [{ $group: { _id: costly.$expr } }],
    [{ $limit: 3 }, { $lookup: inner }],
  ];
  const options = { maxTimeMS: 30 };
  for (const pipeline of pipelines) {
    const error = await serverError(collection.aggregate(pipeline, options).toArray());
    expect(error.code, JSON.stringify(pipeline)).toBe(50);
  }
  const found = collection.find(costly as Document, options).toArray();
  expect((await serverError(found)).code).toBe(50);
});

test("a read that others interrupt gives every document once", async () => {
  const collection = await large();
  const isOdd = { $expr: { $eq: [{ $mod: ["$n", 2] }, 1] } };
  const [read, , grouped] = await Promise.all([
    collection
      .find(isOdd as Document)
      .sort({ n: -1 })
      .toArray(),
    collection.insertMany(Array.from({ length: 100 }, (_, n) => ({ n: -2 * n - 2 }))),
    collection.aggregate([{ $match: isOdd }, { $group: { _id: null, n: { $sum: 1 } } }]).toArray(),
  ]);
  expect(read.map(({ n }) => n)).toEqual(
    Array.from({ length: many / 2 }, (_, at) => many - 1 - 2 * at),
  );
  expect(grouped[0]?.n).toBe(many / 2);
});

test("a cursor that one command reads is refused to another", async () => {
  const collection = await large();
  const name = collection.collectionName;
  const filter = { $or: [{ n: { $lt: 5 } }, costly] };
  const { cursor } = await target.db().command({ find: name, filter, batchSize: 2 });
  const getMore = { getMore: cursor.id, collection: name };

  const first = target.db().command(getMore);
  await running(name);
  const second = await serverError(target.db().command(getMore));
  expect(second.code).toBe(143);
  await target.db().command({ killCursors: name, cursors: [cursor.id] });
  expect((await serverError(first)).code).toBe(237);
});

test("a collection that is dropped during a read ends it with an error", async () => {
  const collection = await large();
  const answer = collection.find(costly as Document).toArray();
  await running(collection.collectionName);
  await collection.drop();
  expect((await serverError(answer)).code).toBe(175);
});

test("a pattern that goes back without end is searched for in linear time", async () => {
  const collection = await target.collection([{ text: `${"a".repeat(200)}!` }]);
  for (const pattern of ["^(a+)+$", "^(a|a)*$", "(a+a+)+b"]) {
    expect(await collection.countDocuments({ text: { $regex: pattern } })).toBe(0);
  }
});

test("while an index is built others read and write, and it holds what they wrote", async () => {
  const collection = await large();
  const name = collection.collectionName;
  let isDone = false;
  const build = collection.createIndex({ n: 1, x: 1 }, { name: "built" }).finally(() => {
    isDone = true;
  });
  await running(name);
  let rounds = 0;
  let writesMeanwhile = 0;
  const written = async (write: Promise<unknown>) => {
    await write;
    if (!isDone) writesMeanwhile += 1;
  };
  for (; !isDone || rounds < 3; rounds += 1) {
    await written(collection.insertOne({ n: -1 - rounds, x: [1, 2] }));
    await written(collection.updateOne({ n: 100 + rounds }, { $set: { n: 1_000_000 + rounds } }));
    await written(collection.deleteOne({ n: many - 1 - rounds }));
  }
  await build;

  // How many fit in depends on the machine; that any do shows that the build leaves room.
  expect(writesMeanwhile).toBeGreaterThan(0);
  const validated = await target.db().command({ validate: name });
  expect(validated).toMatchObject({ valid: true, nrecords: many });
  expect(validated.keysPerIndex.built).toBe(many + rounds);
  const hinted = await collection.find({ n: { $gte: 1_000_000 } }, { hint: "built" }).toArray();
  expect(hinted).toHaveLength(rounds);
  const same = await collection.createIndex({ n: 1, x: 1 }, { name: "built" });
  expect(same).toBe("built");
});

test("an index that cannot be unique, or whose build is killed, leaves nothing behind", async () => {
  const collection = await large();
  const name = collection.collectionName;
  await collection.insertOne({ n: 1 });
  const twice = await serverError(collection.createIndex({ n: 1 }, { unique: true }));
  expect(twice.code).toBe(11_000);
  const build = collection.createIndex({ n: -1 });
  const again = collection.createIndex({ n: -1 });
  await target
    .client()
    .db("admin")
    .command({ killOp: 1, op: await running(name) });
  expect((await serverError(build)).code).toBe(11_601);
  await again;
  expect((await collection.indexes()).map(({ name }) => name)).toEqual(["_id_", "n_-1"]);
  expect(await target.db().command({ validate: name })).toMatchObject({ valid: true });
});
