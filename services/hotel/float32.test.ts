import fc from "fast-check";
import { expect, test } from "vitest";
import { shortestFloat32 } from "./float32.ts";

test("a single-precision number prints as the decimal it was typed as", () => {
  const typed = [37.7867, -122.4112, 37.7854, -122.4005, -122.393, 0, -0, -0.5, 1e30, 3.4];

  expect(typed.map((value) => shortestFloat32(Math.fround(value)))).toEqual(typed);
});

test("what is printed reads back as the same single-precision number", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Math.fround(shortestFloat32(value))).toBe(value);
    }),
  );
});
