import { expect, test } from "vitest";
import { encode } from "../bson/codec.ts";
import { createMemoryStorage } from "../storage/memory.ts";
import { type Storage, StorageFull } from "../storage.ts";
import { Turns } from "../turns.ts";
import { Catalog } from "./catalog.ts";
import type { Collection } from "./collection.ts";

const secondary = { name: "a_1", key: { a: 1 }, unique: false, sparse: false, hidden: false };
const everything = [Uint8Array.of(0), Uint8Array.of(255)] as const;

/** Lets some more writes through, and then dies as a process does: nothing more is written. */
function dyingAfter(storage: Storage, writes: number): Storage {
  let left = writes;
  return {
    get: (key) => storage.get(key),
    range: (...between) => storage.range(...between),
    flush: () => storage.flush(),
    close: () => storage.close(),
    write(changes) {
      if (left === 0) throw new Error("killed");
      left -= 1;
      storage.write(changes);
    },
  };
}

/** Has no room to take anything away once it is told so. */
function fullWhen(storage: Storage, isFull: () => boolean): Storage {
  return {
    ...dyingAfter(storage, Number.POSITIVE_INFINITY),
    write(changes) {
      if (isFull() && changes.every(({ value }) => value === undefined)) throw new StorageFull();
      storage.write(changes);
    },
  };
}

function filled(storage: Storage): { catalog: Catalog; collection: Collection } {
  const catalog = new Catalog(storage);
  const collection = catalog.get("t.c") ?? catalog.create("t.c");
  if (collection.count > 0) return { catalog, collection };
  catalog.addIndex(collection, secondary);
  collection.insert(Array.from({ length: 50 }, (_, a) => encode({ a })));
  return { catalog, collection };
}

const keysIn = (storage: Storage) =>
  [...storage.range(...everything)].map(([key]) => Buffer.from(key).toString("hex"));

test("a server killed while it drops a collection leaves none of it to the next", () => {
  const storage = createMemoryStorage();
  const empty = createMemoryStorage();
  new Catalog(empty).create("t.other");
  filled(storage);
  const dying = filled(dyingAfter(storage, 1));

  expect(() => dying.catalog.drop(dying.collection)).toThrow("killed");
  expect(keysIn(storage).length).toBeGreaterThan(100);
  const next = new Catalog(storage);

  expect(next.get("t.c")).toBeUndefined();
  next.create("t.other");
  expect(keysIn(storage).length).toBe(keysIn(empty).length);
});

test("a server killed while it drops an index leaves the documents, and the others", () => {
  const storage = createMemoryStorage();
  const before = filled(storage);
  const ownKeys = keysIn(storage).length;
  const dying = filled(dyingAfter(storage, 1));
  const index = dying.collection.indexes[1] ?? expect.unreachable();

  expect(() => dying.catalog.dropIndex(dying.collection, index)).toThrow("killed");
  const next = new Catalog(storage).get("t.c") ?? expect.unreachable();

  expect(next.indexes.map(({ entry }) => entry.name)).toEqual(["_id_"]);
  expect(next.count).toBe(before.collection.count);
  expect(keysIn(storage).length).toBe(ownKeys - 50);
});

test("a server killed while it renames over a collection leaves one of the two names", () => {
  const storage = createMemoryStorage();
  filled(storage);
  const dying = filled(dyingAfter(storage, 3));
  const target = dying.catalog.create("t.target");
  target.insert([encode({ old: true })]);

  expect(() => dying.catalog.rename(dying.collection, "t.target", target)).toThrow("killed");
  const next = new Catalog(storage);

  expect(next.get("t.c")).toBeUndefined();
  expect(next.get("t.target")?.count).toBe(50);
});

test("what others do between the steps of a build is in the index", () => {
  const storage = createMemoryStorage();
  const catalog = new Catalog(storage);
  const collection = catalog.create("t.c");
  collection.insert([1, 2, 2, 3, 4].map((a, _id) => encode({ _id, a })));
  const turns = new Turns(() => {});
  turns.isOver = () => true;
  // One document a step, once it has come to 32; so this build is one step for each batch.
  collection.insert(Array.from({ length: 100 }, (_, at) => encode({ _id: 100 + at, a: 100 + at })));
  const steps = catalog.addIndexInSteps(collection, { ...secondary, unique: true }, turns);
  const byId = (id: number) => [...collection.scan()].find(({ recordId }) => recordId === id);
  const twin = byId(3) ?? expect.unreachable();
  collection.remove([twin]);

  expect(steps.next().done).toBe(false);
  const late = byId(60) ?? expect.unreachable();
  collection.remove([byId(1) ?? expect.unreachable(), byId(70) ?? expect.unreachable()]);
  collection.replace(late, encode({ _id: 154, a: -1 }));
  collection.insert([encode({ _id: 999, a: 999 })]);
  expect(collection.indexes).toHaveLength(1);
  while (!steps.next().done);

  const index = collection.indexes[1] ?? expect.unreachable();
  expect([...collection.entriesOf(index)]).toHaveLength(collection.count);
  expect(collection.count).toBe(103);
});

test("a document that goes does not take the entry of its twin with it", () => {
  const storage = createMemoryStorage();
  const catalog = new Catalog(storage);
  const collection = catalog.create("t.c");
  collection.insert(Array.from({ length: 64 }, (_, _id) => encode({ _id, a: _id % 63 })));
  const turns = new Turns(() => {});
  turns.isOver = () => true;
  const steps = catalog.addIndexInSteps(collection, { ...secondary, unique: true }, turns);
  steps.next();
  const [twin] = collection.scan({ reverse: true });
  collection.remove([twin ?? expect.unreachable()]);
  while (!steps.next().done);

  const index = collection.indexes[1] ?? expect.unreachable();
  expect([...collection.entriesOf(index)]).toHaveLength(63);
});

test("what takes the place of another is there even where there is no room to clear the other", () => {
  const memory = createMemoryStorage();
  let isFull = false;
  const { catalog, collection } = filled(fullWhen(memory, () => isFull));
  const temporary = catalog.createTemporary("t");
  temporary.insert([encode({ a: 1 })]);

  isFull = true;
  catalog.rename(temporary, "t.c", collection);

  expect(catalog.get("t.c")).toBe(temporary);
  // What is left of the other, the next start sweeps.
  const left = keysIn(memory).length;
  expect(new Catalog(memory).get("t.c")?.count).toBe(1);
  expect(keysIn(memory).length).toBeLessThan(left);
});
