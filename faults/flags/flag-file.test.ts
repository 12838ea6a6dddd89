import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { FlagFile } from "./flag-file.ts";
import { withLock } from "./lock.ts";
import { watchFile } from "./watch-file.ts";

const flag = { state: "ENABLED", variants: { off: {}, on: {} }, defaultVariant: "on" } as const;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flags-"));
  path = join(folder, "flags.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("many writers at once lose nothing and leave nothing but the document", async () => {
  const names = Array.from({ length: 12 }, (_, i) => `flag-${i}`);

  await Promise.all(names.map((name) => new FlagFile(path).set(name, flag)));

  expect(Object.keys(new FlagFile(path).read().flags).sort()).toEqual(names.sort());
  expect(readdirSync(folder)).toEqual(["flags.json"]);
});

test("taking a flag out leaves the others, whoever wrote them", async () => {
  const file = new FlagFile(path);
  await file.set("a", flag);
  await file.set("b", flag);
  await file.set("a", undefined);
  await file.set("a", undefined);

  expect(file.read().flags).toEqual({ b: flag });
});

test("a document that is no flagd document is not written", async () => {
  const file = new FlagFile(path);
  await file.set("a", flag);

  await expect(file.set("b", { ...flag, targeting: { if: 7 } })).rejects.toThrow();

  expect(file.read().flags).toEqual({ a: flag });
});

test("the lock of a dead process is taken over, that of a living one is not", async () => {
  const dead = join(folder, "dead");
  const living = join(folder, "living");
  // No process has the largest number there is.
  writeFileSync(dead, "4194305");
  writeFileSync(living, `${process.ppid}`);

  expect(await withLock(dead, async () => "done")).toBe("done");
  await expect(withLock(living, async () => "done", 50)).rejects.toThrow("held by another process");
});

test("a change is seen at once: the file is written, replaced, taken away, and comes back", async () => {
  const seen: (string | undefined)[] = [];
  onTestFinished(watchFile(path, (text) => seen.push(text)));
  const replace = (text: string) => {
    writeFileSync(`${path}.next`, text);
    renameSync(`${path}.next`, path);
  };

  writeFileSync(path, "one");
  await expect.poll(() => seen.at(-1)).toBe("one");
  replace("two");
  await expect.poll(() => seen.at(-1)).toBe("two");
  rmSync(path);
  await expect.poll(() => seen.at(-1)).toBe(undefined);
  replace("three");
  await expect.poll(() => seen.at(-1)).toBe("three");

  expect(readFileSync(path, "utf8")).toBe("three");
});
