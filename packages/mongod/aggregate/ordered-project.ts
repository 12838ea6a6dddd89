import type { Document } from "bson";
import type { Iterator } from "mingo/lazy";
import type { Options } from "mingo/types";
import { isDocument } from "../arguments.ts";

type Stage = (documents: Iterator, spec: Document, options: Options) => Iterator;

/**
 * MongoDB's `$project` puts `_id` first, then the fields that were there in their order, then
 * those that are new in the order of the specification. The library sorts them by name.
 */
export function orderedProject(project: Stage): Stage {
  return (documents, spec, options) => {
    if (!isDocument(spec)) return project(documents, spec, options);
    let original: Document = {};
    const noted = documents.map((document) => {
      original = document as Document;
      return document;
    });
    const projected = project(noted, spec, options);
    return projected.map((document) => inOrder(document as Document, { original, spec }));
  };
}

function inOrder(
  document: Document,
  { original, spec }: { original: Document; spec: Document },
): Document {
  const kept = Object.keys(original).filter((name) => isKept(spec[name]));
  const wanted = Object.keys(spec).map((name) => name.split(".")[0] ?? name);
  const names = new Set(["_id", ...kept, ...wanted, ...Object.keys(document)]);
  const present = [...names].filter((name) => Object.hasOwn(document, name));
  return Object.fromEntries(present.map((name): [string, unknown] => [name, document[name]]));
}

/** `1` and `true` keep a field where it is; an expression makes a new one. */
function isKept(value: unknown): boolean {
  return value === undefined || typeof value === "number" || typeof value === "boolean";
}
