import type { Document } from "bson";
import { isDocument } from "../arguments.ts";
import { elementOf, encode } from "../bson/codec.ts";
import { types } from "../bson/element.ts";
import { MongoError } from "../errors.ts";
import { compileFilter } from "../query/filter.ts";
import { type Predicate, rootElement } from "../query/predicates.ts";

/** The filters behind the names in paths like `grades.$[high]`. */
export interface ArrayFilters {
  matches(name: string, item: unknown): boolean;
  /** Throws FailedToParse if a filter is named by no path. */
  requireUsedBy(paths: readonly (readonly string[])[]): void;
}

export function arrayFiltersOf(filters: readonly unknown[]): ArrayFilters {
  const byName = new Map<string, Predicate>();
  for (const filter of filters) {
    if (!isDocument(filter)) throw new MongoError("TypeMismatch", "arrayFilters need documents");
    const name = nameOf(filter);
    if (byName.has(name)) {
      const text = `Found multiple array filters with the same top-level field name ${name}`;
      throw new MongoError("FailedToParse", text);
    }
    byName.set(name, compileFilter(filter));
  }
  return {
    matches(name, item) {
      const predicate = byName.get(name);
      if (!predicate) {
        throw new MongoError("BadValue", `No array filter found for identifier '${name}' in path`);
      }
      return predicate(rootElement(encode({ [name]: item })));
    },
    requireUsedBy(paths) {
      const used = new Set(paths.flat());
      for (const name of byName.keys()) {
        if (used.has(`$[${name}]`)) continue;
        const text = `The array filter for identifier '${name}' was not used in the update`;
        throw new MongoError("FailedToParse", text);
      }
    },
  };
}

function nameOf(filter: Document): string {
  const names = new Set(topNames(filter));
  const [name] = names;
  if (name === undefined) {
    throw new MongoError(
      "FailedToParse",
      "Cannot use an expression without a top-level field name in arrayFilters",
    );
  }
  if (names.size > 1) {
    const text =
      `Error parsing array filter :: caused by :: Expected a single top-level field name, found ` +
      [...names].map((each) => `'${each}'`).join(" and ");
    throw new MongoError("FailedToParse", text);
  }
  return name;
}

function topNames(filter: Document): string[] {
  return Object.entries(filter).flatMap(([name, value]) => {
    if (!name.startsWith("$")) return [name.split(".")[0] ?? ""];
    return Array.isArray(value) ? value.filter(isDocument).flatMap(topNames) : [];
  });
}

/** Whether a decoded value is stored as an array. */
export function isArrayValue(value: unknown): boolean {
  return elementOf(value).type === types.array;
}
