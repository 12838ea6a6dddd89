import { type Document, Timestamp } from "bson";
import { isDocument, typeName } from "../../arguments.ts";
import { compareValues } from "../../bson/key.ts";
import { textOf } from "../../bson/text.ts";
import { MongoError } from "../../errors.ts";
import { parseUpdatePath } from "../../update/changes.ts";
import { removeAt, setAt, type Target, type UpdateOperator, valueAt } from "./target.ts";

export const $set: UpdateOperator = { apply: (target) => setAt(target, target.operand) };

export const $setOnInsert: UpdateOperator = { ...$set, onlyOnInsert: true };

export const $unset: UpdateOperator = { apply: removeAt };

export const $min: UpdateOperator = bound((order) => order < 0);
export const $max: UpdateOperator = bound((order) => order > 0);

function bound(wins: (order: number) => boolean): UpdateOperator {
  return {
    apply(target) {
      const current = valueAt(target);
      const missing = current === undefined;
      if (missing || wins(compareValues(target.operand, current))) setAt(target, target.operand);
    },
  };
}

export const $rename: UpdateOperator = {
  check(operand, name) {
    if (typeof operand !== "string") {
      const text = `The 'to' field for $rename must be a string: ${name}: ${textOf(operand)}`;
      throw new MongoError("BadValue", text);
    }
    if (operand === name) {
      const text = `The source and target field for $rename must differ: ${name}: "${operand}"`;
      throw new MongoError("BadValue", text);
    }
    parseUpdatePath(operand);
  },
  alsoTouches: (operand) => [String(operand)],
  apply(target) {
    const value = valueAt(target);
    if (value === undefined) return;
    removeAt(target);
    setAt({ ...target, path: String(target.operand).split(".") }, value);
  },
};

export const $currentDate: UpdateOperator = {
  check(operand, name) {
    const type: unknown = isDocument(operand) ? operand.$type : undefined;
    if (typeof operand === "boolean" || type === "date" || type === "timestamp") return;
    if (isDocument(operand)) {
      const text =
        "The '$type' string field is required to be 'date' or 'timestamp': " +
        `{$currentDate: {field : {$type: 'date'}}}`;
      throw new MongoError("BadValue", text);
    }
    const text =
      `${typeName(operand)} is not valid type for $currentDate. Please use a boolean ` +
      `('true') or a $type expression ({$type: 'timestamp/date'}) for field ${name}.`;
    throw new MongoError("BadValue", text);
  },
  apply(target) {
    setAt(target, wantsTimestamp(target) ? timestampNow() : new Date());
  },
};

function wantsTimestamp({ operand }: Target): boolean {
  return isDocument(operand) && (operand as Document).$type === "timestamp";
}

let lastTimestampSeconds = 0;
let timestampCount = 0;

/** Each is greater than the one before, within a second by its counter. */
function timestampNow(): Timestamp {
  const seconds = Math.floor(Date.now() / 1000);
  timestampCount = seconds === lastTimestampSeconds ? timestampCount + 1 : 1;
  lastTimestampSeconds = seconds;
  return new Timestamp({ t: seconds, i: timestampCount });
}

/** Stands where a `$rename` will write, so that conflicts are found. */
export const $nothing: UpdateOperator = { apply: () => undefined };
