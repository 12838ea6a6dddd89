import type { Db } from "mongodb";
import { type Catalogue, checkCatalogue } from "./catalogue.ts";
import { type Item, reconcile } from "./ledger.ts";
import type { Writer } from "./writer.ts";

/**
 * Compares all that is in the database with what the clients were told. Returns a sentence for
 * each broken promise, and settles what was in doubt.
 */
export async function check(
  database: Db,
  writers: readonly Writer[],
  catalogue: Catalogue,
): Promise<string[]> {
  const items = await database.collection<Item>("items").find().toArray();
  return [
    ...writers.flatMap((writer) => reconcile(writer.ledger, itemsOf(writer, items))),
    ...(await checkIndexes(database, items)),
    ...(await checkCatalogue(catalogue, database)),
  ];
}

function itemsOf(writer: Writer, items: Item[]): Map<string, Item> {
  const own = items.filter(({ slot }) => Math.floor(slot / 1_000_000) === writer.number);
  return new Map(own.map((item) => [item._id, item]));
}

/** Each index must lead to exactly the documents that a scan of the collection finds. */
async function checkIndexes(database: Db, items: Item[]): Promise<string[]> {
  const collection = database.collection<Item>("items");
  const bySlot = await collection.find().sort({ slot: 1 }).hint({ slot: 1 }).toArray();
  const byTag = await collection.find({ tags: "tag1" }).hint({ tags: 1 }).toArray();
  const report = await database.command({ validate: "items", full: true });
  const scanned = items.toSorted((left, right) => left.slot - right.slot);
  return [
    ...differing("slot", scanned, bySlot),
    ...differing(
      "tags",
      scanned.filter(({ tags }) => tags.includes("tag1")),
      byTag.toSorted((left, right) => left.slot - right.slot),
    ),
    ...(report.valid ? [] : [`validate says ${JSON.stringify(report)}`]),
  ];
}

function differing(index: string, scanned: Item[], found: Item[]): string[] {
  if (JSON.stringify(scanned) === JSON.stringify(found)) return [];
  return [`the index on ${index} leads to ${found.length} of ${scanned.length} documents`];
}
