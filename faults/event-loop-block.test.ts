import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { someCall } from "@faultline/rpc/some-call";
import { expect, test } from "vitest";
import { eventLoopBlock } from "./event-loop-block.ts";
import { attach } from "./testing/attach.ts";

test("a share of the calls holds the event loop, and every call is answered", async () => {
  const { run, marked } = attach(eventLoopBlock, {
    given: { blockMs: 200, share: 0.5 },
    chances: [0.4, 0.6],
  });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await sleep(20);

  expect(await run(someCall())).toBe("answer");
  expect(await run(someCall())).toBe("answer");
  await sleep(20);
  delay.disable();

  expect(marked).toHaveLength(1);
  expect(delay.max / 1e6).toBeGreaterThan(150);
});
