import { pastDeadline } from "@faultline/rpc/cancellation";
import { testCall } from "@faultline/rpc/test-call";
import { type Collection, MongoClient } from "mongodb";
import { expect, onTestFinished, test, vi } from "vitest";
import { toStoreError } from "./mongo-errors.ts";
import { type Write, WriteGroups } from "./mongo-groups.ts";
import { startMongod } from "./testing/mongod-server.ts";

const insert = (key: number): Write => ({ insertOne: { document: { key } } });
const upsert = (key: number): Write => {
  return { updateOne: { filter: { key }, update: { $inc: { times: 1 } }, upsert: true } };
};
/** Longer than a busy machine takes to answer. */
const keptBackMs = 20_000;
const soon = () => testCall({ withinMs: 20_000 });

/** A collection with a unique key, and how many writes each command had that was sent to it. */
async function open({ keptBackMs }: { keptBackMs?: number } = {}) {
  const server = await startMongod();
  const options = { monitorCommands: true, serverSelectionTimeoutMS: 500 };
  const client = new MongoClient(`mongodb://${server.address}/`, options);
  onTestFinished(() => client.close());
  const collection: Collection = client.db("test").collection("things");
  await collection.createIndex({ key: 1 }, { unique: true });
  // Two connections, so that what is sent while one waits need not begin with opening one.
  await Promise.all([1, 2].map(() => collection.countDocuments()));
  const sent: number[] = [];
  client.on("commandStarted", ({ command }) => {
    const writes = command.documents ?? command.updates;
    if (writes) sent.push(writes.length);
  });
  const groups = new WriteGroups({
    collection,
    ...(keptBackMs === undefined ? {} : { keptBackMs }),
  });
  return { server, collection, sent, groups };
}

test("what comes while a write is under way goes together, as much as fits into a group", async () => {
  const { groups, sent, collection } = await open({ keptBackMs });

  await Promise.all(Array.from({ length: 100 }, (_, key) => groups.write([insert(key)], soon())));

  expect(sent).toEqual([1, 64, 35]);
  expect(await collection.countDocuments()).toBe(100);
});

test("nothing waits while nothing is under way", async () => {
  const { groups, sent } = await open();

  for (const key of [1, 2, 3]) await groups.write([insert(key)], soon());

  expect(sent).toEqual([1, 1, 1]);
});

test("a write that fails fails its own call, and the others are done", async () => {
  const { groups, collection, sent } = await open({ keptBackMs });
  const keys = [[1], [2], [1], [3, 2, 4], [5]];

  const calls = keys.map((some) => groups.write(some.map(insert), soon()));
  const ended = await Promise.allSettled(calls);

  expect(sent).toEqual([1, 6]);
  expect(ended.map(({ status }) => status)).toEqual([
    ...["fulfilled", "fulfilled", "rejected", "rejected", "fulfilled"],
  ]);
  for (const failed of ended) {
    if (failed.status === "fulfilled") continue;
    expect(toStoreError(failed.reason, "mongodb")).toMatchObject({ code: "alreadyExists" });
    expect(failed.reason).toMatchObject({ message: expect.stringContaining("E11000") });
  }
  const stored = await collection.find({}, { sort: { key: 1 } }).toArray();
  expect(stored.map(({ key }) => key)).toEqual([1, 2, 3, 4, 5]);
});

test("a write that cannot be sent fails its own call only", async () => {
  const { groups, collection } = await open({ keptBackMs });
  const tooLarge: Write = { insertOne: { document: { key: 3, text: "x".repeat(17 * 1_048_576) } } };
  const writes = [insert(1), insert(2), tooLarge, insert(4)];

  const ended = await Promise.allSettled(writes.map((write) => groups.write([write], soon())));

  expect(ended.map(({ status }) => status)).toEqual([
    ...["fulfilled", "fulfilled", "rejected", "fulfilled"],
  ]);
  expect(await collection.countDocuments()).toBe(3);
});

test("each update hears whether it made a document", async () => {
  const { groups, collection } = await open({ keptBackMs });

  const calls = [1, 2, 2, 1, 3].map((key) => groups.write([upsert(key)], soon()));

  expect((await Promise.all(calls)).flat()).toEqual([true, true, false, false, true]);
  expect(await collection.find({ times: 2 }).toArray()).toHaveLength(2);
});

test("a connection that is lost fails all that were sent over it", async () => {
  const { groups, server } = await open();
  server.pause();
  const calls = [1, 2, 3].map((key) => groups.write([insert(key)], soon()));
  const ended = Promise.allSettled(calls);

  await server.kill();

  for (const call of await ended) {
    expect(call.status).toBe("rejected");
    const { reason } = call as PromiseRejectedResult;
    expect(toStoreError(reason, "mongodb").code).toBe("unavailable");
  }
});

test("what nobody waits for any more is not written", async () => {
  const { groups, collection, sent } = await open({ keptBackMs });
  const leaving = new AbortController();

  const first = groups.write([insert(1)], soon());
  const second = groups.write([insert(2)], testCall({ signal: leaving.signal }));
  const third = groups.write([insert(3)], soon());
  leaving.abort(pastDeadline());

  await expect(second).rejects.toMatchObject({ code: "deadlineExceeded" });
  await Promise.all([first, third]);
  expect(sent).toEqual([1, 1]);
  expect(await collection.countDocuments({ key: 2 })).toBe(0);
});

test("a group that is not answered keeps others back for a moment only", async () => {
  const { groups, server, sent } = await open();
  server.pause();
  onTestFinished(() => server.resume());
  const first = groups.write([insert(1)], soon());
  const others = [2, 3].map((key) => groups.write([insert(key)], soon()));

  await vi.waitFor(() => expect(sent).toEqual([1, 2]), 10_000);

  server.resume();
  await Promise.all([first, ...others]);
});
