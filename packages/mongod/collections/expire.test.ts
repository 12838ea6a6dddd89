import { expect, test } from "vitest";
import { encode } from "../bson/codec.ts";
import { createMemoryStorage } from "../storage/memory.ts";
import { Catalog } from "./catalog.ts";
import { expireDocuments } from "./expire.ts";

test("documents go when their time is over, others and those without a date stay", async () => {
  const catalog = new Catalog(createMemoryStorage());
  const collection = catalog.create("t.c");
  const index = { name: "at_1", key: { at: 1 }, unique: false, sparse: false, hidden: false };
  catalog.addIndex(collection, { ...index, expireAfterSeconds: 10 });
  const documents = [
    { _id: 1, at: new Date(0) },
    { _id: 2, at: new Date(5_000) },
    { _id: 3, at: [new Date(60_000), new Date(1_000)] },
    { _id: 4, at: "never" },
    { _id: 5 },
  ];
  collection.insert(documents.map(encode));
  expect(await expireDocuments(catalog, { now: new Date(12_000) })).toBe(2);
  expect([...collection.scan()].map(({ recordId }) => recordId)).toEqual([2, 4, 5]);
});

test("only documents that have expired are looked at, and all of them go", async () => {
  const storage = createMemoryStorage();
  const catalog = new Catalog(storage);
  const collection = catalog.create("t.c");
  const index = { name: "at_1", key: { at: 1 }, unique: false, sparse: false, hidden: false };
  catalog.addIndex(collection, { ...index, expireAfterSeconds: 0 });
  const at = (second: number) => encode({ at: new Date(second * 1000) });
  collection.insert(Array.from({ length: 3_000 }, (_, second) => at(second)));
  let read = 0;
  const range = storage.range.bind(storage);
  storage.range = function* (...between) {
    for (const entry of range(...between)) {
      read += 1;
      yield entry;
    }
  };

  expect(await expireDocuments(catalog, { now: new Date(1_499_000) })).toBe(1_500);
  expect(read).toBeLessThan(2_000);
  expect(collection.count).toBe(1_500);
});
