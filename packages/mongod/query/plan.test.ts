import type { Document } from "bson";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decode, encode } from "../bson/codec.ts";
import { Catalog } from "../collections/catalog.ts";
import type { Collection } from "../collections/collection.ts";
import { keysFor } from "../collections/index-keys.ts";
import { MongoError } from "../errors.ts";
import { createMemoryStorage } from "../storage/memory.ts";
import { compileUpdate } from "../update/update.ts";
import { find, type Query } from "./execute.ts";

const scalar = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<unknown[]>(0, 1, 2, 2.5) },
  { weight: 3, arbitrary: fc.constantFrom<unknown[]>(null, "a", "b", true, new Date(1)) },
);
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.record({ x: scalar }, { requiredKeys: [] }),
  fc.array(fc.record({ x: scalar }, { requiredKeys: [] }), { maxLength: 2 }),
);
const documents = fc.array(fc.record({ a: value, b: scalar, c: scalar }, { requiredKeys: [] }), {
  maxLength: 25,
});
const comparison = fc.oneof(
  scalar,
  fc
    .record({ $gt: scalar, $gte: scalar, $lt: scalar, $lte: scalar }, { requiredKeys: [] })
    .filter((operators) => Object.keys(operators).length > 0),
  fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $ne: scalar }),
  fc.record({ $exists: fc.boolean() }),
  fc.array(scalar, { maxLength: 2 }),
  fc.record({ x: scalar }),
);
const simpleFilter = fc.record(
  { a: comparison, "a.x": comparison, b: comparison, c: comparison },
  { requiredKeys: [] },
);
const filter = fc.oneof(
  simpleFilter,
  fc.record({ $or: fc.array(simpleFilter, { minLength: 1, maxLength: 3 }) }),
);
const direction = fc.constantFrom(1, -1);
const sort = fc.record({ a: direction, b: direction, c: direction }, { requiredKeys: [] });
const indexKey = fc
  .uniqueArray(fc.tuple(fc.constantFrom("a", "a.x", "b", "c"), direction), {
    minLength: 1,
    maxLength: 3,
    selector: ([name]) => name,
  })
  .map((entries): Document => Object.fromEntries(entries));
const indexes = fc.array(fc.record({ key: indexKey, sparse: fc.boolean() }), {
  minLength: 1,
  maxLength: 3,
});

function collectionOf(
  stored: readonly Document[],
  wanted: readonly { key: Document; sparse: boolean }[],
) {
  const catalog = new Catalog(createMemoryStorage());
  const collection = catalog.create("t.c");
  for (const [at, { key, sparse }] of wanted.entries()) {
    catalog.addIndex(collection, { name: `i${at}`, key, sparse, unique: false, hidden: false });
  }
  collection.insert(
    stored.map((document, _id) => encode({ _id, ...document })),
    false,
  );
  return collection;
}

function idsOf(collection: Collection, query: Query): unknown[] {
  return [...find(collection, query)].map(({ bytes }) => String(decode(bytes)._id));
}

test("whatever the indexes, a query finds the documents that a scan finds", () => {
  fc.assert(
    fc.property(documents, filter, indexes, (stored, asked, wanted) => {
      const collection = collectionOf(stored, wanted);
      const scanned = idsOf(collection, { filter: asked, hint: { $natural: 1 } });
      expect(idsOf(collection, { filter: asked }).sort()).toEqual(scanned.sort());
    }),
    { numRuns: 1_500 },
  );
});

test("two conditions on an array may hold for two of its items, also where an index has both", () => {
  const stored = [{ a: [{ x: 0 }, { x: 1 }] }];
  const collection = collectionOf(stored, [{ key: { a: 1, "a.x": 1 }, sparse: false }]);

  expect(idsOf(collection, { filter: { a: { x: 0 }, "a.x": { $in: [1] } } })).toEqual(["0"]);
});

test("whatever the indexes, a sorted query gives the order that a sort gives", () => {
  fc.assert(
    fc.property(documents, simpleFilter, sort, indexes, (stored, asked, order, wanted) => {
      const collection = collectionOf(stored, wanted);
      const plain = collectionOf(
        [...collection.scan()].map(({ bytes }) => decode(bytes)),
        [],
      );
      const total = { ...order, _id: 1 };
      expect(idsOf(collection, { filter: asked, sort: total })).toEqual(
        idsOf(plain, { filter: asked, sort: total }),
      );
      const keys = (from: Collection) =>
        [...find(from, { filter: asked, sort: order })].map(({ bytes }) =>
          sortValues(bytes, order),
        );
      expect(keys(collection)).toEqual(keys(plain));
    }),
    { numRuns: 400 },
  );
});

/** What a document is sorted by; documents that are equal in it may come in any order. */
function sortValues(bytes: Uint8Array, order: Document): string[] {
  return Object.entries(order).map(([name, way]) => {
    const entry = {
      id: 0,
      name,
      key: { [name]: 1 },
      unique: false,
      sparse: false,
      hidden: false,
      multikey: false,
    };
    const { keys } = keysFor(
      { entry, fields: [{ path: pathOf(name), descending: false }], isIdIndex: false },
      bytes,
    );
    const all = keys.map((key) => Buffer.from(key.bytes).toString("hex")).sort();
    return (way === 1 ? all[0] : all.at(-1)) ?? "";
  });
}

function pathOf(text: string) {
  return { text, parts: [text], names: [Buffer.from(text)], positions: [-1] };
}

const change = fc.oneof(
  fc.record({ $set: fc.record({ a: value }) }),
  fc.record({ $unset: fc.constant({ a: "" }) }),
  fc.record({ $set: fc.record({ b: scalar, c: scalar }) }),
  fc.record({ $rename: fc.constant({ b: "c" }) }),
);

test("after any inserts, updates and removals the indexes hold what the documents say", () => {
  const steps = fc.array(fc.tuple(simpleFilter, fc.option(change)), { maxLength: 6 });
  fc.assert(
    fc.property(documents, indexes, steps, (stored, wanted, todo) => {
      const collection = collectionOf(stored, wanted);
      for (const [asked, update] of todo) {
        for (const found of [...find(collection, { filter: asked })])
          apply(collection, found, update);
      }
      for (const index of collection.indexes) {
        const keys = [...collection.scan()].flatMap(({ bytes, recordId }) =>
          keysFor(index, bytes).keys.map((key) => ({ key: key.bytes, recordId })),
        );
        expect([...collection.entriesOf(index)]).toHaveLength(keys.length);
        expect(keys.every((entry) => collection.hasEntry(index, entry))).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

function apply(
  collection: Collection,
  found: Parameters<Collection["replace"]>[0],
  update: Document | null,
) {
  if (!update) return collection.remove([found]);
  try {
    collection.replace(found, compileUpdate(update, { filter: {} }).apply(found.bytes));
  } catch (error) {
    // Two arrays in one index are refused, and nothing must have changed by that.
    if (!(error instanceof MongoError)) throw error;
  }
}
