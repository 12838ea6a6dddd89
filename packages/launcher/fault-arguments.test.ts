import { expect, test } from "vitest";
import { durationMs, jsonLogic, keyValues } from "./fault-arguments.ts";

test.each([
  ["90s", 90_000],
  ["1.5m", 90_000],
  ["250ms", 250],
  ["2h", 7_200_000],
])("%s is %i ms", (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(["", "90", "s", "-1s", "1 s", "1d"])("%j is no time", (text) => {
  expect(() => durationMs(text)).toThrow("is no time");
});

test("parameters are names and texts, and an equals sign may be in the text", () => {
  expect(keyValues(["share=0.3", "x=a=b", "empty="])).toEqual({
    share: "0.3",
    x: "a=b",
    empty: "",
  });
  expect(() => keyValues(["share"])).toThrow("expected name=value");
  expect(() => keyValues(["=1"])).toThrow("expected name=value");
});

test("targeting is JSON", () => {
  expect(jsonLogic('{"==":[1,1]}')).toEqual({ "==": [1, 1] });
  expect(() => jsonLogic("user==1")).toThrow("expected JSON");
  expect(() => jsonLogic("7")).toThrow("expected JSON");
});
