import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FlagConfig } from "@faultline/config";
import type { FlagDocument } from "@faultline/faults/flags/document";
import { keepLog } from "@faultline/stores/testing/kept-log";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { openFlags } from "./flags.ts";

const nowhere: FlagConfig = {
  file: undefined,
  server: undefined,
  variables: new Map(),
  reveal: false,
};
const on = { state: "ENABLED", variants: { off: {}, on: {} }, defaultVariant: "on" };
const within = { timeout: 15_000 };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flags-"));
  file = join(folder, "flags.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Opens the flags for the running test, and keeps the names in every document. */
async function follow(config: Partial<FlagConfig>) {
  const { log, lines } = keepLog();
  const flags = await openFlags({ ...nowhere, ...config }, log);
  onTestFinished(() => flags.close());
  const seen: string[][] = [];
  await flags.follow(async (document: FlagDocument) => {
    seen.push(Object.keys(document.flags));
  });
  return { seen, lines };
}

function write(flags: unknown): void {
  writeFileSync(`${file}.next`, typeof flags === "string" ? flags : JSON.stringify({ flags }));
  renameSync(`${file}.next`, file);
}

test("what the file says at the start is known before anybody is served, and changes are followed", async () => {
  write({ first: on });
  const { seen } = await follow({ file });
  expect(seen).toEqual([["first"]]);

  write({ second: on, third: on });
  await expect.poll(() => seen.at(-1), within).toEqual(["second", "third"]);
  rmSync(file);
  await expect.poll(() => seen.at(-1), within).toEqual([]);
});

test("a file that comes later is found, and without one all flags are off", async () => {
  const { seen } = await follow({ file });
  expect(seen).toEqual([[]]);

  write({ first: on });

  await expect.poll(() => seen.at(-1), within).toEqual(["first"]);
});

test("a document that cannot be read changes nothing, and the log does not quote it", async () => {
  write({ first: on });
  const { seen, lines } = await follow({ file });

  write('{ "flags": { "secret-name": ');
  await expect
    .poll(() => lines.map(({ message }) => message), within)
    .toEqual(["feature flags unreadable"]);
  write({ "secret-name": { ...on, state: "perhaps" } });
  await expect.poll(() => lines.length, within).toBe(2);

  expect(seen).toEqual([["first"]]);
  expect(JSON.stringify(lines)).not.toContain("secret");
});

test("the environment turns a fault on from the start, and the file may turn it off", async () => {
  const { seen } = await follow({ file, variables: new Map([["FAULT_GEO_FLAKY", "10%"]]) });
  expect(seen).toEqual([["geo-flaky"]]);

  write({ other: on });
  await expect.poll(() => seen.at(-1), within).toEqual(["geo-flaky", "other"]);
});

test.each([
  ["FAULT_GEO_FLAKY", "sometimes"],
  ["FAULT_NO_SUCH", "on"],
])("%s=%s is refused in a sentence", async (variable, variant) => {
  const opened = follow({ variables: new Map([[variable, variant]]) });

  await expect(opened).rejects.toThrow(`${variable}=${variant} names nothing`);
});
