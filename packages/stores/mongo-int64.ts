/**
 * A 64-bit integer as the query language in memory (`mingo`) can compare it: it knows no bigints, but orders instances of
 * one class by their texts.
 */
class Int64 {
  readonly value: bigint;
  readonly #sortable: string;

  constructor(value: bigint) {
    this.value = value;
    this.#sortable = (value + 2n ** 63n).toString().padStart(20, "0");
  }

  toString(): string {
    return this.#sortable;
  }

  toJSON(): string {
    return `int64 ${this.value}`;
  }
}

/** A copy, with every bigint made comparable. */
export function packed<Value>(value: Value): Value {
  if (typeof value === "bigint") return new Int64(value) as Value;
  return copied(value, packed);
}

/** A copy, with the bigints back in their places. */
export function unpacked<Value>(value: Value): Value {
  if (value instanceof Int64) return value.value as Value;
  return copied(value, unpacked);
}

function copied<Value>(value: Value, each: <Inner>(inner: Inner) => Inner): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => each(item)) as Value;
  if (value instanceof Date) return new Date(value) as Value;
  if (value instanceof Uint8Array) return Uint8Array.from(value) as Value;
  const prototype = Object.getPrototypeOf(value);
  // Ids and the like are never changed in place.
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value))
    copy[name] = each((value as Record<string, unknown>)[name]);
  return copy as Value;
}
