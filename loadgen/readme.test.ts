import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hotelMix } from "./hotel/mix.ts";
import { exitCodes } from "./runner/conclusion.ts";

const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
const script = readFileSync(join(import.meta.dirname, "hotel.ts"), "utf8");

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

test("the mix in the README is the one that is sent", () => {
  const sent = hotelMix.map(
    ({ operation, share, method, path }) =>
      `${operation} | ${Number((share * 100).toFixed(6))} % | ${method} ${path}`,
  );

  expect(rows("The mix", 3)).toEqual(sent);
});

test("the README names the parameters that the k6 script reads, and no others", () => {
  const read = script.matchAll(/__ENV\.([A-Z_]+)|wholeNumber\("([A-Z_]+)"/g);
  const names = new Set(Array.from(read, ([, plain, whole]) => plain ?? whole ?? ""));

  expect(rows("Parameters of the k6 script", 1).sort()).toEqual([...names].sort());
});

test.each(Object.values(exitCodes))("the README explains exit code $code", ({ code }) => {
  expect(readme).toMatch(new RegExp(`[ ,]${code} [a-z]`));
});
