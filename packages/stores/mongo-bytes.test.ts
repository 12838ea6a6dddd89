import { BSON } from "mongodb";
import { expect, test } from "vitest";
import { bytesInField } from "./mongo-bytes.ts";

const bytes = Buffer.from([0x89, 0x50, 0x00, 0xff, 0xfe, 0x0a]);

test("a binary field is its bytes, whatever its kind", () => {
  for (const subtype of [0, 2, 5]) {
    const file = new BSON.Binary(bytes, subtype);
    expect(bytesInField(BSON.serialize({ a: 1, file, b: "x" }), "file")).toEqual(bytes);
  }
});

test("a string that is no text is its bytes, not what a decoder makes of them", () => {
  const document = Buffer.from(BSON.serialize({ filename: "1.png", file: "abcdef" }));
  bytes.copy(document, document.indexOf("abcdef"));
  expect(bytesInField(document, "file")).toEqual(bytes);
});

test("other fields, and no field, have no bytes", () => {
  for (const file of [7, true, null, undefined]) {
    const document = BSON.serialize({ nested: { other: "x" }, file }, { ignoreUndefined: false });
    expect(bytesInField(document, "file")).toBeNull();
    expect(bytesInField(document, "other")).toBeNull();
  }
});
