import type { Document } from "bson";
import { isDocument, typeName } from "../arguments.ts";
import { textOf } from "../bson/text.ts";
import { MongoError } from "../errors.ts";
import { updateOperators } from "../operators/update/index.ts";

/** One operator at one path. */
export interface Change {
  readonly operator: string;
  readonly path: readonly string[];
  readonly operand: unknown;
}

/** The changes that an update of operators asks for. Throws FailedToParse. */
export function parseChanges(update: Document): Change[] {
  return Object.entries(update).flatMap(([operator, fields]) => {
    const isKnown = operator !== "$nothing" && Object.hasOwn(updateOperators, operator);
    const known = isKnown ? updateOperators[operator] : undefined;
    if (!known) throw unknownModifier(operator);
    if (!isDocument(fields)) {
      throw new MongoError(
        "FailedToParse",
        `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: ` +
          `{$mod: {<field>: ...}} not {${operator}: ${textOf(fields)}}`,
      );
    }
    return Object.entries(fields).flatMap(([name, operand]) => {
      const path = parseUpdatePath(name);
      known.check?.(operand, name);
      return [{ operator, path, operand }, ...(known.alsoTouches?.(operand) ?? []).map(untouched)];
    });
  });
}

/** The target of a `$rename` conflicts with other changes, but is written by the rename itself. */
function untouched(name: string): Change {
  return { operator: "$nothing", path: parseUpdatePath(name), operand: undefined };
}

function unknownModifier(operator: string): MongoError {
  return new MongoError(
    "FailedToParse",
    `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update ` +
      "specified as an array",
  );
}

export function parseUpdatePath(name: string): string[] {
  const parts = name.split(".");
  if (name === "") {
    throw new MongoError("EmptyFieldName", "An empty update path is not valid.");
  }
  if (parts.includes("")) {
    throw new MongoError(
      "EmptyFieldName",
      `The update path '${name}' contains an empty field name, which is not allowed.`,
    );
  }
  const dollar = parts.find(
    (part, at) => part.startsWith("$") && (at === 0 || !isPositional(part)),
  );
  if (dollar) {
    throw new MongoError(
      "DollarPrefixedFieldName",
      `The dollar ($) prefixed field '${dollar}' in '${name}' is not valid for storage.`,
    );
  }
  return parts;
}

function isPositional(part: string): boolean {
  return part === "$" || /^\$\[[a-zA-Z0-9]*\]$/.test(part);
}

/** Throws ConflictingUpdateOperators if one path is another, or lies inside it. */
export function checkConflicts(paths: readonly (readonly string[])[]): void {
  const seen = new Set<string>();
  const sorted = paths.map((path) => path.join(".")).sort();
  for (const path of sorted) {
    const parts = path.split(".");
    for (let length = 1; length <= parts.length; length += 1) {
      const prefix = parts.slice(0, length).join(".");
      if (!seen.has(prefix)) continue;
      const text = `Updating the path '${path}' would create a conflict at '${prefix}'`;
      throw new MongoError("ConflictingUpdateOperators", text);
    }
    seen.add(path);
  }
}

/** New fields are added in the order of their names, numbers by value, as MongoDB does since 5.0. */
export function inFieldOrder<T extends { readonly path: readonly string[] }>(
  changes: readonly T[],
): T[] {
  return changes.length < 2
    ? [...changes]
    : [...changes].sort((a, b) => comparePaths(a.path, b.path));
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [left = "", right = ""] = [a[at], b[at]];
    if (left === right) continue;
    const bothNumbers = /^\d+$/.test(left) && /^\d+$/.test(right);
    return bothNumbers ? Number(left) - Number(right) : left < right ? -1 : 1;
  }
  return a.length - b.length;
}
