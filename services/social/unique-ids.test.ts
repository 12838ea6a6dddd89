import { testCall } from "@faultline/rpc/test-call";
import { expect, test } from "vitest";
import { createUniqueIds, drawMachine, uniqueId } from "./unique-ids.ts";

const someMs = 1_790_000_000_000;
const idsPerMs = 4_096;

/** A clock that a test sets. */
function clockAt(ms: number) {
  const clock = { ms, now: () => clock.ms };
  return clock;
}

async function take(count: number, ids: ReturnType<typeof createUniqueIds>): Promise<bigint[]> {
  return Promise.all(Array.from({ length: count }, () => ids.next(testCall())));
}

test.each([
  [{ machine: 0x5a3, atMs: someMs, counter: 0 }, 6499821625674825728n],
  [{ machine: 0x5a3, atMs: someMs, counter: 1 }, 6499821625674825729n],
  [
    { machine: 0xfbd, atMs: 1_514_764_800_000 + 1_300_292_682_422, counter: 1770 },
    8922453261020784362n,
  ],
])("the id of %o is %s, as in the originals", (parts, id) => {
  expect(uniqueId(parts)).toBe(id);
});

test("ids count up within a millisecond and begin anew with the next", async () => {
  const clock = clockAt(someMs);
  const ids = createUniqueIds({ machine: 0x5a3, now: clock.now });

  const first = await take(3, ids);
  clock.ms += 1;
  const second = await take(1, ids);

  const counters = [0, 1, 2].map((counter) => uniqueId({ machine: 0x5a3, atMs: someMs, counter }));
  expect(first).toEqual(counters);
  expect(second).toEqual([uniqueId({ machine: 0x5a3, atMs: someMs + 1, counter: 0 })]);
});

test("the 4097th id of a millisecond waits for the next one", async () => {
  const clock = clockAt(someMs);
  const ids = createUniqueIds({ machine: 1, now: clock.now });
  await take(idsPerMs, ids);

  let given = false;
  const late = ids.next(testCall()).then((id) => {
    given = true;
    return id;
  });
  await take(0, ids);
  expect(given).toBe(false);

  clock.ms += 1;
  expect(await late).toBe(uniqueId({ machine: 1, atMs: someMs + 1, counter: 0 }));
});

test("a caller that leaves does not wait for the next millisecond", async () => {
  const ids = createUniqueIds({ machine: 1, now: () => someMs });
  await take(idsPerMs, ids);
  const leaving = new AbortController();

  const late = ids.next(testCall({ signal: leaving.signal }));
  leaving.abort();

  await expect(late).rejects.toThrow();
});

test("a clock that steps back neither ends anything nor repeats an id", async () => {
  const clock = clockAt(someMs);
  const ids = createUniqueIds({ machine: 1, now: clock.now });
  const before = await take(10, ids);

  clock.ms -= 3_600_000;
  const after = await take(3 * idsPerMs, ids);

  const all = [...before, ...after];
  expect(new Set(all).size).toBe(all.length);
  expect(all.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(all);
});

test("machines that are drawn fit into ids and are rarely the same", () => {
  const drawn = Array.from({ length: 100 }, drawMachine);

  expect(drawn.every((machine) => machine >= 0 && machine < 2_048)).toBe(true);
  expect(new Set(drawn).size).toBeGreaterThan(50);
});
