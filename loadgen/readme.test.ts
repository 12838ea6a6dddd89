import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hotelMix } from "./hotel/mix.ts";
import type { Mix } from "./journey.ts";
import { exitCodes } from "./runner/conclusion.ts";
import { mixOf } from "./social/mix.ts";

const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
const scripts = ["k6-script.ts", "hotel.ts", "social.ts"].map((file) =>
  readFileSync(join(import.meta.dirname, file), "utf8"),
);

/** The first cells of the rows of the table with that heading, without the quotes of code. */
function rows(heading: string, cells: number): string[] {
  const section = readme.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, 1 + cells)
      .map((cell) => cell.trim().replaceAll("`", ""))
      .join(" | "),
  );
}

function rowsOf<Knowledge>(app: string, mix: Mix<Knowledge>): string[] {
  return mix.map(
    ({ operation, share, method, path }) =>
      `${app} | ${operation} | ${Number((share * 100).toFixed(6))} % | ${method} ${path}`,
  );
}

test("the mixes in the README are those that are sent", () => {
  const sent = [...rowsOf("hotel", hotelMix), ...rowsOf("social", mixOf("mixed", 962))];

  expect(rows("The mixes", 4)).toEqual(sent);
});

test("the README names the parameters that the k6 scripts read, and no others", () => {
  const read = scripts.join().matchAll(/__ENV\.([A-Z_]+)|wholeNumber\("([A-Z_]+)"/g);
  const names = new Set(Array.from(read, ([, plain, whole]) => plain ?? whole ?? ""));

  expect(rows("Parameters of the k6 scripts", 1).sort()).toEqual([...names].sort());
});

test.each(Object.values(exitCodes))("the README explains exit code $code", ({ code }) => {
  expect(readme).toMatch(new RegExp(`[ ,]${code} [a-z]`));
});
