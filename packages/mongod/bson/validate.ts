import { MongoError } from "../errors.ts";
import { limits } from "../limits.ts";
import { readInt32 } from "./bytes.ts";
import { nameEnd, types, valueLength } from "./element.ts";

/**
 * Checks that `bytes` from `start` is one whole document that ends before `limit`, all the way
 * down, and gives its length. Throws InvalidBSON; nothing that passes can make a later read
 * leave its bounds.
 */
export function validateDocument(
  bytes: Uint8Array,
  start = 0,
  options: { limit?: number; depth?: number } = {},
): number {
  const limit = options.limit ?? bytes.length;
  const depth = options.depth ?? 1;
  if (depth > limits.nestingDepthMax) throw invalid("Exceeded depth limit when converting BSON");
  if (limit - start < 5) throw invalid("BSON data too short to contain a document");
  const length = readInt32(bytes, start);
  if (length < 5 || start + length > limit) throw invalid(`Invalid BSON document size ${length}`);
  const last = start + length - 1;
  if (bytes[last] !== 0) throw invalid("BSON document is not null terminated");
  let at = start + 4;
  while (at < last) {
    const type = bytes[at] ?? 0;
    const valueStart = nameEnd(bytes, at + 1) + 1;
    if (valueStart > last) throw invalid("field name runs past the end of its document");
    at = valueStart + checkedLength(bytes, { type, at: valueStart, last, depth });
  }
  if (at !== last) throw invalid("BSON document has an unexpected end");
  return length;
}

interface Place {
  readonly type: number;
  readonly at: number;
  readonly last: number;
  readonly depth: number;
}

function checkedLength(bytes: Uint8Array, { type, at, last, depth }: Place): number {
  if (needsLength.has(type)) {
    if (at + 4 > last) throw invalid("value runs past the end of its document");
    const declared = readInt32(bytes, at);
    if (declared < (minLength[type] ?? 0)) throw invalid(`Invalid length ${declared} of a value`);
  }
  const length = valueLength(bytes, type, at);
  if (at + length > last) throw invalid("value runs past the end of its document");
  if (type === types.object || type === types.array) {
    validateDocument(bytes, at, { limit: at + length, depth: depth + 1 });
  } else if (type === types.string || type === types.code || type === types.symbol) {
    if (bytes[at + length - 1] !== 0) throw invalid("Not null terminated string");
  } else if (type === types.codeWithScope) {
    checkCodeWithScope(bytes, { type, at, last: at + length, depth });
  } else if (type === types.boolean && (bytes[at] ?? 0) > 1) {
    throw invalid("Invalid boolean value");
  }
  return length;
}

function checkCodeWithScope(bytes: Uint8Array, { at, last, depth }: Place): void {
  const textLength = readInt32(bytes, at + 4);
  const scope = at + 8 + textLength;
  if (textLength < 1 || scope > last - 5) throw invalid("Invalid code with scope");
  const scopeLength = validateDocument(bytes, scope, { limit: last, depth: depth + 1 });
  if (scope + scopeLength !== last) throw invalid("Invalid code with scope");
}

const needsLength: ReadonlySet<number> = new Set([
  types.string,
  types.code,
  types.symbol,
  types.object,
  types.array,
  types.codeWithScope,
  types.binary,
  types.dbPointer,
]);

const minLength: Readonly<Record<number, number>> = {
  [types.string]: 1,
  [types.code]: 1,
  [types.symbol]: 1,
  [types.dbPointer]: 1,
  [types.object]: 5,
  [types.array]: 5,
  [types.codeWithScope]: 14,
  [types.binary]: 0,
};

function invalid(reason: string): MongoError {
  return new MongoError("InvalidBSON", reason);
}
