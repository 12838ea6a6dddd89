import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { entryOf } from "./catalogue.ts";
import { generated, topologies } from "./generate.ts";
import { faults } from "./index.ts";

test.each([...generated()].map(([file, text]) => [file.pathname.split("/").at(-1), file, text]))(
  "%s is what the faults say; npm run gen writes it",
  (_name, file, text) => {
    expect(readFileSync(file as URL, "utf8")).toBe(text);
  },
);

test("the list is sorted, and names a file with a test for each fault", () => {
  const names = faults.map(({ name }) => name);

  expect(names).toEqual([...names].sort());
  // What is wrong in a twin is tested beside it, in its service's folder.
  const files = faults.flatMap(({ name, twin }) =>
    twin ? [`${name}.ts`] : [`${name}.ts`, `${name}.test.ts`],
  );
  expect(files.filter((file) => !existsSync(new URL(file, import.meta.url)))).toEqual([]);
});

test.each(faults.map((fault) => [fault.name, entryOf(fault, topologies)] as const))(
  "%s says all that scorers and operators need",
  (name, entry) => {
    expect(entry.summary).toMatch(/^[A-Z].*\.$/);
    // A port is looked up when the command is typed.
    expect(JSON.stringify(entry).replace(/\{[\w-]+:port\}/g, "")).not.toMatch(/\{\w+\}/);
    expect(entry.symptom).not.toBe("");
    expect(entry.recovery).not.toBe("");
    expect(entry.blast.share).toBeGreaterThanOrEqual(0);
    expect(entry.blast.share).toBeLessThanOrEqual(1);
    expect(entry.mitigation.length > 0).toBe(name !== "none");
    expect(entry.localisation.length > 0).toBe(name !== "none");
  },
);
