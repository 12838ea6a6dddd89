import { setFlagsFromString } from "node:v8";
import { BSONRegExp, type Document } from "bson";
import { utf8 } from "../../bson/bytes.ts";
import { elementOf } from "../../bson/codec.ts";
import { types } from "../../bson/element.ts";
import { keyOf } from "../../bson/key.ts";
import { MongoError } from "../../errors.ts";
import type { LeafTest } from "../../query/path.ts";
import type { LeafPredicate } from "../../query/predicates.ts";

export function $regex(operand: unknown, neighbours: Document): LeafPredicate {
  const options: unknown = neighbours.$options;
  if (options !== undefined && typeof options !== "string") {
    throw new MongoError("BadValue", "$options has to be a string");
  }
  if (operand instanceof BSONRegExp) {
    if (options !== undefined && operand.options !== "") {
      throw new MongoError("Location51108", "options set in both $regex and $options");
    }
    const regex = options === undefined ? operand : new BSONRegExp(operand.pattern, options);
    return { test: regexTest(regex), expand: true };
  }
  if (typeof operand !== "string") throw new MongoError("BadValue", "$regex has to be a string");
  return { test: regexTest(new BSONRegExp(operand, options ?? "")), expand: true };
}

/** `$options` alone means nothing. */
export function $options(_operand: unknown, neighbours: Document): LeafPredicate {
  if (!Object.hasOwn(neighbours, "$regex")) {
    throw new MongoError("BadValue", "$options needs a $regex");
  }
  return { test: () => true, expand: false };
}

/** True for strings that the pattern finds, and for the same pattern stored as a value. */
export function regexTest(regex: BSONRegExp): LeafTest {
  const pattern = toRegExp(regex);
  const key = keyOf(elementOf(regex));
  return (element) => {
    if (!element) return false;
    if (element.type === types.regex) return Buffer.compare(keyOf(element), key) === 0;
    if (element.type !== types.string && element.type !== types.symbol) return false;
    return pattern.test(utf8(element.bytes, element.start + 4, element.end - 1));
  };
}

let isBounded = false;

/**
 * Lets the engine leave a search that goes back too often for one that takes linear time. Set when
 * the first pattern comes, as it makes the process load code anew that was compiled without it.
 */
function boundSearches(): void {
  if (isBounded) return;
  isBounded = true;
  setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
}

/** MongoDB's patterns are PCRE; those that JavaScript cannot read are refused with code 51091. */
export function toRegExp({ pattern, options }: BSONRegExp): RegExp {
  const flags = [...new Set(options)].filter((flag) => "ims".includes(flag)).join("");
  let source = options.includes("x") ? withoutBlanks(pattern) : pattern;
  const inline = /^\(\?([ims]+)\)/.exec(source);
  const extra = [...(inline?.[1] ?? "")].filter((flag) => !flags.includes(flag)).join("");
  source = inline ? source.slice(inline[0].length) : source;
  boundSearches();
  try {
    return new RegExp(source, `${flags}${extra}`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MongoError("Location51091", `Regular expression is invalid: ${reason}`);
  }
}

function withoutBlanks(pattern: string): string {
  return pattern.replace(
    /(\\.|\[(?:\\.|[^\]])*\])|\s+|#.*$/gm,
    (_all, kept?: string) => kept ?? "",
  );
}
