import { expect, test } from "vitest";
import { parseFlagDocument } from "./document.ts";
import { assertFlagdSchema } from "./flag-file.ts";

const on = { state: "ENABLED", variants: { off: {}, on: { share: 1 } }, defaultVariant: "on" };
const text = (flags: unknown) => JSON.stringify({ flags });

test("what flagd's schema allows is read", () => {
  const document = parseFlagDocument(
    JSON.stringify({
      $schema: "https://flagd.dev/schema/v0/flags.json",
      flags: { a: on, b: { ...on, state: "DISABLED" }, c: { ...on, defaultVariant: null } },
      $evaluators: { me: { "==": [{ var: "user" }, "x"] } },
      metadata: { version: 1 },
    }),
  );

  expect(Object.keys(document.flags)).toEqual(["a", "b", "c"]);
});

test.each([
  ["{", "the document is no JSON"],
  ["[]", "the document must be an object"],
  ["{}", "flags must be an object"],
  [text({ a: { ...on, state: "on" } }), "a: state must be ENABLED or DISABLED"],
  [text({ a: { ...on, variants: {} } }), "variants must be at least one, and all of one type"],
  [text({ a: { ...on, variants: { on: {}, off: 1 } } }), "all of one type"],
  [text({ a: { ...on, defaultVariant: "maybe" } }), "a: defaultVariant must name a variant"],
  [text({ a: { ...on, targeting: "x" } }), "a: targeting must be an object"],
])("%s is refused, with the reason", (broken, reason) => {
  expect(() => parseFlagDocument(broken)).toThrow(reason);
});

test("whoever writes has it checked against flagd's whole schema, targeting too", async () => {
  await assertFlagdSchema(text({ a: on }));

  await expect(assertFlagdSchema(text({ a: { ...on, targeting: { if: 7 } } }))).rejects.toThrow();
  await expect(assertFlagdSchema(text({ a: { ...on, state: "MAYBE" } }))).rejects.toThrow();
});
