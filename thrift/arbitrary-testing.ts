import fc from "fast-check";
import type { Field, Type } from "./idl.ts";
import { socialIdl } from "./idl-testing.ts";
import { camelCase, Names } from "./names.ts";

const names = new Names(socialIdl);
const text = fc.string({ unit: "binary" });

/** Any value of a type. */
export function arbitrary(type: Type): fc.Arbitrary<unknown> {
  const struct = names.structOf(type);
  if (struct) return arbitraryStruct(struct.fields);
  if (type.kind === "list") return fc.array(arbitrary(type.element), { maxLength: 5 });
  if (type.kind === "texts") {
    return fc.array(fc.tuple(text, text), { maxLength: 3 }).map((pairs) => new Map(pairs));
  }
  if (type.kind === "i64") return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  if (type.kind === "string") return text;
  return type.kind === "bool" ? fc.boolean() : fc.integer();
}

/** Any object with these fields. */
export function arbitraryStruct(fields: readonly Field[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(fields.map(({ name, type }) => [camelCase(name), arbitrary(type)])),
  );
}
