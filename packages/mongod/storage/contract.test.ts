import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change, Entry, Storage } from "../storage.ts";
import { openFileStorage } from "./file.ts";
import { createMemoryStorage } from "./memory.ts";

/** A storage under test, and how to close it and find it again. */
type World = { storage: Storage; reopen(): Promise<Storage> };

inBothStorages("a key holds the value last written to it, until it is removed", ({ storage }) => {
  storage.write([put("a", "1")]);
  storage.write([put("a", "2"), put("b", "3")]);
  storage.write([remove("b"), remove("never there")]);

  expect(text(storage.get(bytes("a")))).toBe("2");
  expect(storage.get(bytes("b"))).toBeUndefined();
  expect(storage.get(bytes("ab"))).toBeUndefined();
});

inBothStorages("of several changes to one key in a batch the last holds", ({ storage }) => {
  storage.write([put("a", "1"), remove("a"), put("a", "2"), put("b", "1"), remove("b")]);

  expect(all(storage)).toEqual(["a=2"]);
});

inBothStorages("an empty key and an empty value are a key and a value", ({ storage }) => {
  storage.write([put("", "nameless"), put("empty", "")]);

  expect(text(storage.get(bytes("")))).toBe("nameless");
  expect(text(storage.get(bytes("empty")))).toBe("");
});

inBothStorages("keys compare as unsigned bytes, a prefix before what it begins", ({ storage }) => {
  const keys = [[0xff], [0x80, 0], [0x7f], [0x80], [0], []].map((key) => Uint8Array.from(key));
  storage.write(keys.map((key) => ({ key, value: bytes("") })));

  const found = [...storage.range(Uint8Array.of(), Uint8Array.of(0xff, 0xff))];

  expect(found.map(([key]) => [...key])).toEqual([[], [0], [0x7f], [0x80], [0x80, 0], [0xff]]);
});

inBothStorages("a range includes its start and not its end, in either order", ({ storage }) => {
  storage.write(["a", "b", "c", "d"].map((key) => put(key, "")));

  expect(keysOf(storage.range(bytes("b"), bytes("d")))).toEqual(["b", "c"]);
  expect(keysOf(storage.range(bytes("b"), bytes("d"), { reverse: true }))).toEqual(["c", "b"]);
  expect(keysOf(storage.range(bytes("d"), bytes("b")))).toEqual([]);
  expect(keysOf(storage.range(bytes("b"), bytes("b"), { reverse: true }))).toEqual([]);
});

inBothStorages("a range brings untouched entries once while others come and go", ({ storage }) => {
  const kept = numbered(2_000, "kept");
  storage.write(kept.map((key) => put(key, "")));
  const seen: string[] = [];

  for (const [key] of storage.range(bytes("kept"), bytes("kepu"))) {
    seen.push(text(key) ?? "");
    const beside = `${text(key)}+`;
    storage.write(seen.length % 2 === 0 ? [put(beside, "")] : [remove(beside)]);
  }

  expect(seen.filter((key) => !key.endsWith("+"))).toEqual(kept);
});

inBothStorages("many iterators may be left half-way, and writes go on", ({ storage }) => {
  storage.write(numbered(300, "key").map((key) => put(key, "old")));
  const left = Array.from({ length: 50 }, () =>
    storage.range(bytes("key"), bytes("kez"))[Symbol.iterator](),
  );
  for (const iterator of left) iterator.next();

  storage.write(numbered(300, "key").map((key) => put(key, "new")));

  expect(text(storage.get(bytes(numbered(300, "key")[200] ?? "")))).toBe("new");
  expect(all(storage)).toHaveLength(300);
});

inBothStorages("bytes given to a write may be used again when it returns", ({ storage }) => {
  const value = bytes("before");
  const key = bytes("key");
  storage.write([{ key, value }]);
  value.fill(0);
  key.fill(0);

  expect(all(storage)).toEqual(["key=before"]);
});

inBothStorages("many callers may flush at once, and twice in a row", async ({ storage }) => {
  storage.write([put("a", "1")]);
  await Promise.all(Array.from({ length: 20 }, () => storage.flush()));
  await storage.flush();

  expect(all(storage)).toEqual(["a=1"]);
});

inBothStorages("it may be closed twice, and is of no use afterwards", async ({ storage }) => {
  await storage.close();
  await storage.close();

  expect(() => storage.get(bytes("a"))).toThrow();
  expect(() => storage.write([put("a", "1")])).toThrow();
  expect(() => [...storage.range(bytes("a"), bytes("b"))]).toThrow();
  await expect(storage.flush()).rejects.toThrow();
});

inBothStorages("whatever is done to it, it stays the ordered map of a model", async (world) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      world.storage.write(entriesOf(world.storage).map(([key]) => ({ key, value: undefined })));
      const model = new Map<string, string>();
      for (const step of steps) await step(world, model);
      expect(all(world.storage)).toEqual(sorted(model).map(([key, value]) => `${key}=${value}`));
    }),
    { numRuns: 75 },
  );
});

/** One step of the property: does something to the storage and to its model, and compares. */
type Step = (world: World, model: Map<string, string>) => void | Promise<void>;

// Few and short keys, so that batches often meet the same ones; some batches are large, so
// that blocks and chunks fill up.
const someKey = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 4 });
const someValue = fc.option(fc.string({ unit: fc.constantFrom("x", "y"), maxLength: 3 }), {
  nil: undefined,
});
const someBatch = fc.array(fc.tuple(someKey, someValue), { maxLength: 60, size: "max" });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: someBatch.map(writeStep) },
  { weight: 1, arbitrary: fc.integer({ min: 500, max: 1_500 }).map(manyStep) },
  { weight: 3, arbitrary: someKey.map(getStep) },
  { weight: 5, arbitrary: fc.tuple(someKey, someKey, fc.boolean(), fc.nat(99)).map(rangeStep) },
  { weight: 1, arbitrary: fc.constant<Step>(({ storage }) => storage.flush()) },
  { weight: 1, arbitrary: fc.constant<Step>(reopenStep) },
);

function writeStep(batch: [string, string | undefined][]): Step {
  return ({ storage }, model) => {
    storage.write(
      batch.map(([key, value]) => (value === undefined ? remove(key) : put(key, value))),
    );
    for (const [key, value] of batch) {
      if (value === undefined) model.delete(key);
      else model.set(key, value);
    }
  };
}

function manyStep(count: number): Step {
  const batch = numbered(count, "b").map((key): [string, string] => [key, `${count}`]);
  return writeStep(batch);
}

function getStep(key: string): Step {
  return ({ storage }, model) => {
    expect(text(storage.get(bytes(key)))).toBe(model.get(key));
  };
}

function rangeStep([from, to, reverse, limit]: [string, string, boolean, number]): Step {
  return ({ storage }, model) => {
    const expected = sorted(model).filter(([key]) => from <= key && key < to);
    if (reverse) expected.reverse();
    const found: string[] = [];
    for (const [key] of storage.range(bytes(from), bytes(to), { reverse })) {
      if (found.length === limit) break;
      found.push(text(key) ?? "");
    }
    expect(found).toEqual(expected.map(([key]) => key).slice(0, limit));
  };
}

async function reopenStep(world: World): Promise<void> {
  world.storage = await world.reopen();
}

function inBothStorages(title: string, run: (world: World) => void | Promise<void>): void {
  test(`memory: ${title}`, async () => {
    const storage = createMemoryStorage();
    await run({ storage, reopen: async () => storage });
    await storage.close();
  });

  test(`file: ${title}`, async ({ onTestFinished }) => {
    const dbpath = await mkdtemp(join(tmpdir(), "mongod-storage-"));
    const world: World = {
      storage: openFileStorage({ dbpath, cacheMb: 1 }),
      reopen: async () => {
        await world.storage.close();
        return openFileStorage({ dbpath, cacheMb: 1 });
      },
    };
    onTestFinished(async () => {
      await world.storage.close();
      await rm(dbpath, { recursive: true });
    });
    await run(world);
  });
}

function put(key: string, value: string): Change {
  return { key: bytes(key), value: bytes(value) };
}

function remove(key: string): Change {
  return { key: bytes(key), value: undefined };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function numbered(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${`${index}`.padStart(6, "0")}`);
}

function entriesOf(storage: Storage): Entry[] {
  return [...storage.range(Uint8Array.of(), Uint8Array.of(0xff))];
}

function all(storage: Storage): string[] {
  return entriesOf(storage).map(([key, value]) => `${text(key)}=${text(value)}`);
}

function keysOf(entries: Iterable<Entry>): (string | undefined)[] {
  return Array.from(entries, ([key]) => text(key));
}

function sorted(model: Map<string, string>): [string, string][] {
  return [...model].sort(([left], [right]) => (left < right ? -1 : 1));
}
