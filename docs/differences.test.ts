import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const text = readFileSync(join(import.meta.dirname, "differences.md"), "utf8");
const rows = text.split("\n").filter((line) => line.startsWith("| ") && line.includes(".test.ts"));
const cited = rows.map((row) => /`([^`]+\.test\.ts)` "([^"]+)"\s*\|$/.exec(row) ?? [row, "", ""]);

test("differences.md has a line for each of many defects", () => {
  expect(rows.length).toBeGreaterThan(50);
});

test.each(cited.map(([, file, title]) => [file, title]))("%s has the test %j", (file, title) => {
  expect(readFileSync(join(root, file ?? ""), "utf8")).toContain(`"${title}"`);
});
