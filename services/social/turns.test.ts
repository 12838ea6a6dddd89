import { exhausted } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

/** Turns for one piece of work at once, the pieces by name, and which of them have begun. */
function open({ waitingMax = 10 } = {}) {
  const turns = new Turns({ atOnceMax: 1, waitingMax, tooMany: () => exhausted("too many") });
  const begun: string[] = [];
  return {
    begun,
    /** Takes a turn; `end` ends the work, and `done` is what became of it. */
    begin(name: string, scope = testCall()) {
      const work = Promise.withResolvers<string>();
      const done = turns.take(scope, () => {
        begun.push(name);
        return work.promise;
      });
      done.catch(() => {});
      return { done, end: () => work.resolve(name), fail: work.reject };
    },
  };
}

test("work is done one after the other, first come, first served, whatever becomes of it", async () => {
  const { begin, begun } = open();
  const [a, b, c] = [begin("a"), begin("b"), begin("c")];
  expect(begun).toEqual(["a"]);

  a.fail(new Error("a is broken"));
  await expect(a.done).rejects.toThrow("a is broken");
  b.end();
  expect(await b.done).toBe("b");
  c.end();
  expect(await c.done).toBe("c");
  expect(begun).toEqual(["a", "b", "c"]);
});

test("what is too much to wait is refused, until there is room", async () => {
  const { begin } = open({ waitingMax: 1 });
  const [a, b] = [begin("a"), begin("b")];

  await expect(begin("c").done).rejects.toThrow("too many");

  a.end();
  await a.done;
  const d = begin("d");
  b.end();
  d.end();
  expect(await Promise.all([b.done, d.done])).toEqual(["b", "d"]);
});

test("who leaves while it waits is told at once, is not let in, and makes room", async () => {
  const { begin, begun } = open({ waitingMax: 1 });
  const leaving = new AbortController();
  const a = begin("a");
  const b = begin("b", testCall({ signal: leaving.signal }));

  leaving.abort();
  await expect(b.done).rejects.toMatchObject({ code: "canceled" });
  const c = begin("c");
  a.end();
  c.end();

  expect(await c.done).toBe("c");
  expect(begun).toEqual(["a", "c"]);
});

test("who has waited until the deadline is not let in", async () => {
  const { begin, begun } = open();
  const a = begin("a");

  await expect(begin("b", testCall({ withinMs: 5 })).done).rejects.toMatchObject({
    code: "deadlineExceeded",
  });
  await expect(begin("c", testCall({ withinMs: -1 })).done).rejects.toMatchObject({
    code: "deadlineExceeded",
  });

  a.end();
  await a.done;
  expect(begun).toEqual(["a"]);
});

test("a place that comes free is never given twice, whoever comes just then", async () => {
  const turns = new Turns({ atOnceMax: 1, waitingMax: 20, tooMany: () => exhausted("too many") });
  let [running, most] = [0, 0];
  const work = async () => {
    most = Math.max(most, ++running);
    await null;
    running--;
  };

  const taken: Promise<void>[] = [];
  for (let piece = 0; piece < 20; piece++) {
    taken.push(turns.take(testCall(), work));
    await null;
  }
  await Promise.all(taken);

  expect(most).toBe(1);
});
