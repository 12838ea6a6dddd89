import { expect, test } from "vitest";
import { encode } from "../bson/codec.ts";
import { createMemoryStorage } from "../storage/memory.ts";
import type { Storage } from "../storage.ts";
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
