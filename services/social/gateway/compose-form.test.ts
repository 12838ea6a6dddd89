import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { textMax } from "../limits.ts";

const formOf = (page: string) => {
  const html = readFileSync(join(import.meta.dirname, "static", page), "utf8");
  return /<form id="compose".*?<\/form>/s.exec(html)?.[0];
};

test("both pages have the same form for a new post, which takes as long a text as the services", () => {
  expect(formOf("main.html")).toContain(
    `<textarea id="text" name="text" rows="3" maxlength="${textMax}"`,
  );
  expect(formOf("compose.html")).toBe(formOf("main.html"));
});
