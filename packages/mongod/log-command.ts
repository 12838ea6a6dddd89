import type { Document } from "bson";
import { isDocument } from "./arguments.ts";

const textMax = 1_000;
const itemsMax = 50;
const depthMax = 20;

/** A command as a log line can hold it: long texts and lists are cut, however large they were. */
export function shortened(command: Document): Document {
  return shortenedFields(command, 0);
}

function shortenedFields(document: Document, depth: number): Document {
  const entries = Object.entries(document).slice(0, itemsMax);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, shortenedValue(value, depth + 1)]),
  );
}

function shortenedValue(value: unknown, depth: number): unknown {
  if (typeof value === "string")
    return value.length > textMax ? `${value.slice(0, textMax)}...` : value;
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (depth > depthMax) return "...";
  if (Array.isArray(value)) {
    return value.slice(0, itemsMax).map((item) => shortenedValue(item, depth + 1));
  }
  return isDocument(value) ? shortenedFields(value, depth) : value;
}
