import { MongoError } from "../errors.ts";
import { limits } from "../limits.ts";

/** Throws for a document that is larger than one may be. */
export function checkSize(document: Uint8Array): void {
  if (document.length <= limits.maxBsonObjectSize) return;
  throw new MongoError(
    "BSONObjectTooLarge",
    `object to insert too large. size in bytes: ${document.length}, ` +
      `max size: ${limits.maxBsonObjectSize}`,
  );
}
