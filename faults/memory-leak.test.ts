import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { someCall } from "@faultline/rpc/some-call";
import { expect, test } from "vitest";
import { memoryLeak } from "./memory-leak.ts";
import { attach } from "./testing/attach.ts";

const mib = 1_024 * 1_024;

test("every call keeps its share of the heap, and all of it is given back at the end", async () => {
  const { run, turnOff } = attach(memoryLeak, { given: { perCallKib: 4_096 } });
  const before = process.memoryUsage().heapUsed;

  for (let call = 0; call < 16; call++) expect(await run(someCall())).toBe("answer");
  const grown = process.memoryUsage().heapUsed - before;
  turnOff();

  expect(grown).toBeGreaterThan(48 * mib);
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(40 * mib);
});

/** Nothing else makes the collector look at all of the heap in a time that a test could wait. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
