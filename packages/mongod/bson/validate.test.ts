import { serialize } from "bson";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MongoError } from "../errors.ts";
import { decode } from "./codec.ts";
import { fieldsOf } from "./element.ts";
import { keyOf } from "./key.ts";
import { validateDocument } from "./validate.ts";

const documents = fc
  .object({ maxDepth: 4, withDate: true, withNullPrototype: false })
  .map((value) => serialize(JSON.parse(JSON.stringify(value))));

/** Everything that reads stored bytes, as far as it can fail. */
function readAll(bytes: Uint8Array): void {
  for (const [, element] of fieldsOf(bytes)) keyOf(element);
  decode(bytes);
}

test("what a driver encodes is valid", () => {
  fc.assert(
    fc.property(documents, (bytes) => {
      expect(validateDocument(bytes)).toBe(bytes.length);
    }),
  );
});

test("damaged documents are refused, or can still be read without leaving their bounds", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(documents, damage, (bytes, changes) => {
      const damaged = Uint8Array.from(bytes);
      for (const [at, value] of changes) damaged[at % damaged.length] = value;
      try {
        validateDocument(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(MongoError);
        return;
      }
      try {
        readAll(damaged);
      } catch (error) {
        expect(["MongoError", "BSONError"]).toContain(error instanceof Error ? error.name : error);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("documents nested deeper than 200 are refused", () => {
  const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });
  expect(() => validateDocument(serialize(nested(199)))).not.toThrow();
  expect(() => validateDocument(serialize(nested(201)))).toThrow("depth");
});
