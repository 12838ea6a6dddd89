import type { Document } from "bson";
import { isDocument } from "../arguments.ts";
import { MongoError } from "../errors.ts";

/** Only the simple collation is known: strings compare by their bytes. */
export function refuseCollation(body: Document): void {
  const collation: unknown = body.collation;
  if (!isDocument(collation) || Object.keys(collation).length === 0) return;
  if (collation.locale === "simple") return;
  throw new MongoError("BadValue", 'only the collation { locale: "simple" } is supported');
}
