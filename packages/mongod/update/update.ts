import { BSONRegExp, type Document, ObjectId } from "bson";
import { updatePipeline } from "../aggregate/pipeline.ts";
import { isDocument } from "../arguments.ts";
import { sameBytes } from "../bson/bytes.ts";
import { decode, encode } from "../bson/codec.ts";
import { findField } from "../bson/element.ts";
import { textOf } from "../bson/text.ts";
import { MongoError } from "../errors.ts";
import { updateOperators } from "../operators/update/index.ts";
import { isOperatorDocument } from "../query/predicates.ts";
import { arrayFiltersOf } from "./array-filters.ts";
import { type Change, checkConflicts, inFieldOrder, parseChanges } from "./changes.ts";
import { expandPath } from "./expand-path.ts";

/** An update, read once and then applied to any number of documents. */
export interface Update {
  /** The document as it will be. The same bytes if nothing changes. */
  apply(document: Uint8Array): Uint8Array;
  /** The document that an upsert inserts. Its `_id` is made if neither filter nor update give it. */
  insertion(): Uint8Array;
}

export interface UpdateOptions {
  readonly filter: Document;
  readonly arrayFilters?: readonly unknown[] | undefined;
  readonly variables?: Document | undefined;
  readonly multi?: boolean | undefined;
}

/** Throws FailedToParse and its like for what is no update. */
export function compileUpdate(update: unknown, options: UpdateOptions): Update {
  if (Array.isArray(update)) return pipelineUpdate(update, options);
  if (!isDocument(update)) {
    throw new MongoError("FailedToParse", "Update argument must be either an object or an array");
  }
  const first = Object.keys(update)[0];
  return first?.startsWith("$") ? operatorUpdate(update, options) : replacement(update, options);
}

function replacement(update: Document, { filter, multi, arrayFilters }: UpdateOptions): Update {
  if (multi) {
    throw new MongoError(
      "FailedToParse",
      "multi update is not supported for replacement-style update",
    );
  }
  if (arrayFilters) {
    throw new MongoError(
      "FailedToParse",
      "arrayFilters may not be specified for replacement-style updates",
    );
  }
  const dollar = Object.keys(update).find((name) => name.startsWith("$"));
  if (dollar) {
    const text =
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the ` +
      "context of an update's replacement document. Consider using an aggregation pipeline with " +
      "$replaceWith.";
    throw new MongoError("DollarPrefixedFieldName", text);
  }
  return {
    apply(document) {
      const { _id } = decode(document);
      const result = encode({ _id, ...update });
      requireSameId(document, result, "replace");
      return result;
    },
    insertion: () => encode(withId(update, seedOf(filter)._id)),
  };
}

function pipelineUpdate(pipeline: readonly unknown[], options: UpdateOptions): Update {
  if (options.arrayFilters) {
    throw new MongoError(
      "FailedToParse",
      "arrayFilters may not be specified for pipeline-syle updates",
    );
  }
  const run = updatePipeline(pipeline, options.variables);
  return {
    apply(document) {
      const result = run(document);
      requireSameId(document, result, "update");
      return result;
    },
    insertion() {
      const seed = seedOf(options.filter);
      const result = decode(run(encode(seed)));
      return encode(withId(result, seed._id));
    },
  };
}

function operatorUpdate(update: Document, options: UpdateOptions): Update {
  const arrayFilters = arrayFiltersOf(options.arrayFilters ?? []);
  const changes = parseChanges(update);
  checkConflicts(changes.map(({ path }) => path));
  arrayFilters.requireUsedBy(changes.map(({ path }) => path));
  const applyTo = (document: Document, raw: Uint8Array, inserting: boolean) => {
    const expanded = changes.flatMap((change) =>
      expandPath(change.path, { document, raw, filter: options.filter, arrayFilters }).map(
        (path) => ({
          ...change,
          path,
        }),
      ),
    );
    if (expanded.length > changes.length) checkConflicts(expanded.map(({ path }) => path));
    for (const change of inFieldOrder(expanded)) applyChange(document, change, inserting);
    return document;
  };
  return {
    apply(raw) {
      const result = encode(applyTo(decode(raw), raw, false));
      requireSameId(raw, result, "update");
      return result;
    },
    insertion() {
      const seed = seedOf(options.filter);
      const document = applyTo(seed, encode(seed), true);
      return encode(withId(document, document._id));
    },
  };
}

function applyChange(document: Document, change: Change, inserting: boolean): void {
  const operator = updateOperators[change.operator];
  if (!operator) throw new MongoError("InternalError", `no operator ${change.operator}`);
  if (operator.onlyOnInsert && !inserting) return;
  operator.apply({ document, path: change.path, operand: change.operand });
}

/** The fields that the filter says must be equal to something: an upsert begins with them. */
function seedOf(filter: Document): Document {
  const seed: Document = {};
  for (const [path, value] of equalities(filter)) {
    const operator = updateOperators.$set;
    if (path === "_id" || !Object.hasOwn(seed, path)) {
      operator?.apply({ document: seed, path: path.split("."), operand: value });
    }
  }
  return seed;
}

function equalities(filter: Document): [string, unknown][] {
  return Object.entries(filter).flatMap(([name, value]): [string, unknown][] => {
    const clauses: unknown[] = Array.isArray(value) ? value.filter(isDocument) : [];
    const single = name === "$and" || (name === "$or" && clauses.length === 1);
    if (single) return clauses.flatMap((clause) => (isDocument(clause) ? equalities(clause) : []));
    if (name.startsWith("$") || value instanceof BSONRegExp) return [];
    if (!isOperatorDocument(value)) return [[name, value]];
    if (Object.hasOwn(value, "$eq")) return [[name, value.$eq]];
    const all: unknown = value.$all;
    return Array.isArray(all) && all.length === 1 ? [[name, all[0]]] : [];
  });
}

function withId(document: Document, id: unknown): Document {
  const { _id, ...fields } = document;
  return { _id: _id ?? id ?? new ObjectId(), ...fields };
}

const idName = Buffer.from("_id");

function requireSameId(before: Uint8Array, after: Uint8Array, kind: "update" | "replace"): void {
  const old = findField(before, 0, idName);
  const now = findField(after, 0, idName);
  if (!old) return;
  const same =
    now?.type === old.type &&
    sameBytes(before.subarray(old.start, old.end), after.subarray(now.start, now.end));
  if (same) return;
  const text =
    kind === "update"
      ? "Performing an update on the path '_id' would modify the immutable field '_id'"
      : "After applying the update, the (immutable) field '_id' was found to have been altered " +
        `to _id: ${textOf(decode(after)._id)}`;
  throw new MongoError("ImmutableField", text);
}
