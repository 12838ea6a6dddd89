import fc from "fast-check";
import { expect, test } from "vitest";
import { parseForm } from "./form.ts";

function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

test("plus is a space, escapes are bytes, and a broken escape is itself", () => {
  const form = parseForm("user_name=a+b&followee_name=%41%zz&end=100%");
  expect(form.get("user_name")).toBe("a b");
  expect(form.get("followee_name")).toBe("A%zz");
  expect(form.get("end")).toBe("100%");
});

test("what workloads send without encoding is taken literally", () => {
  const text = 'x @username_1 http://abc?d=e media:["1","2"]';
  const form = parseForm(`text=${text}&media_ids=["012",5]`);
  expect(form.get("text")).toBe(text);
  expect(form.get("media_ids")).toBe('["012",5]');
});

test("text is UTF-8, escaped or not", () => {
  expect(parseForm(bytesOf("text=né+€")).get("text")).toBe("né €");
  expect(parseForm("text=n%C3%A9+%e2%82%AC").get("text")).toBe("né €");
  expect(parseForm("%C3%A9=1").get(bytesOf("é"))).toBe("1");
});

test("bytes that are no text are refused, once somebody wants them", () => {
  const form = parseForm("text=%ff&username=a");
  expect(form.get("username")).toBe("a");
  expect(() => form.get("text")).toThrow("text is not UTF-8");
});

test("missing, empty, and without a value are the same", () => {
  const form = parseForm("a=&b&=c&&");
  for (const name of ["a", "b", "c", "d"]) expect(form.get(name)).toBeUndefined();
});

test("a parameter that is there twice is refused, and the others are not", () => {
  const form = parseForm("text=a&text=b&user_id=1");
  expect(form.get("user_id")).toBe("1");
  expect(() => form.get("text")).toThrow("text is there more than once");
});

test("parameters beyond the hundredth are not looked at", () => {
  const many = Array.from({ length: 101 }, (_, i) => `p${i + 1}=x`).join("&");
  expect(parseForm(many).get("p100")).toBe("x");
  expect(parseForm(many).get("p101")).toBeUndefined();
});

test("whatever a browser encodes is read as it was", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      const form = parseForm(new URLSearchParams({ one, other }).toString());
      expect([form.get("one"), form.get("other")]).toEqual([one, other]);
    }),
  );
});

test("no bytes at all break it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      parseForm(Buffer.from(bytes).toString("latin1"));
    }),
  );
});
