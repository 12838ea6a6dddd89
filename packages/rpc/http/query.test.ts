import { expect, test } from "vitest";
import { parseQuery } from "./query.ts";

test("the first value of a repeated name wins", () => {
  expect(parseQuery("a=1&a=2").get("a")).toBe("1");
});

test("a missing name is undefined, and one without a value is empty", () => {
  const query = parseQuery("a&b=");
  expect([query.get("a"), query.get("b"), query.get("c")]).toEqual(["", "", undefined]);
});

test("plus is a space, and %2B is a plus", () => {
  expect(parseQuery("name=a+b%2Bc").get("name")).toBe("a b+c");
});

test("pairs that do not decode or contain a semicolon are dropped, others stay", () => {
  const query = parseQuery("a=%zz&b=%4&c=1;d=2&e=ok&%zz=1");
  expect([..."abcde"].map((name) => query.get(name))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    "ok",
  ]);
});

test("a dropped pair does not hide a later one", () => {
  expect(parseQuery("a=%&a=2").get("a")).toBe("2");
});

test("bytes that are not UTF-8 become U+FFFD", () => {
  expect(parseQuery("a=x%FFy").get("a")).toBe("x\ufffdy");
});

test("names and values are decoded, also from bytes sent as they are", () => {
  expect(parseQuery("caf%C3%A9=%E2%82%AC").get("café")).toBe("€");
  expect(parseQuery("a=\u00c3\u00a9").get("a")).toBe("é");
});

test("names of JavaScript's own objects are like any other", () => {
  const query = parseQuery("__proto__=1&constructor=2");
  expect([query.get("__proto__"), query.get("constructor"), query.get("toString")]).toEqual([
    "1",
    "2",
    undefined,
  ]);
});
