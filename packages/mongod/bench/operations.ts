import type { Collection, Db } from "mongodb";
import { type Item, itemNumbered } from "./items.ts";

/** A collection that is measured, and how many documents it began with. */
export type Subject = { readonly items: Collection<Item>; readonly size: number };

/** Does a thing once. `count` differs from call to call, and spreads over the collection. */
export type Operation = (subject: Subject, count: number) => Promise<unknown>;

/** What is measured, in the order of the report. */
export const operations = {
  "find by _id": ({ items, size }, count) => items.findOne({ _id: `item-${spread(count, size)}` }),
  "find by unique index": ({ items, size }, count) =>
    items.findOne({ key: `key-${spread(count, size)}` }),
  "20 in order of an index": ({ items, size }, count) =>
    items
      .find({ rank: { $gte: spread(count, size - 20) } })
      .sort({ rank: 1 })
      .limit(20)
      .toArray(),
  "update by _id": ({ items, size }, count) =>
    items.updateOne({ _id: `item-${spread(count, size)}` }, { $inc: { visits: 1 } }),
  "insert one": ({ items, size }, count) => items.insertOne(itemNumbered(1_000_000 + size + count)),
} satisfies Record<string, Operation>;

/** Fills a fresh collection. */
export async function createSubject(database: Db, size: number): Promise<Subject> {
  const items = database.collection<Item>(`items${size}`);
  await items.createIndex({ key: 1 }, { unique: true });
  await items.createIndex({ rank: 1 });
  for (let start = 0; start < size; start += 1_000) {
    const count = Math.min(1_000, size - start);
    await items.insertMany(
      Array.from({ length: count }, (_, index) => itemNumbered(start + index)),
    );
  }
  return { items, size };
}

/** A number below `size`; neighbours in `count` are far apart. */
function spread(count: number, size: number): number {
  return (count * 7_919) % size;
}
