import { expect, test } from "vitest";
import { encode } from "../bson/codec.ts";
import { createMemoryStorage } from "../storage/memory.ts";
import { Catalog } from "./catalog.ts";
import { expireDocuments } from "./expire.ts";

test("documents go when their time is over, others and those without a date stay", () => {
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
  expect(expireDocuments(catalog, new Date(12_000))).toBe(2);
  expect([...collection.scan()].map(({ recordId }) => recordId)).toEqual([2, 4, 5]);
});
