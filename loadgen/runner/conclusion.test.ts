import { expect, test } from "vitest";
import { conclude } from "./conclusion.ts";
import { RunRecord } from "./record.ts";

const right = { kind: "ok" } as const;
const wrong = { kind: "wrong", complaint: "" } as const;
const failed = { kind: "failed", failure: "refused" } as const;

function outcome(verdicts: readonly (typeof right | typeof wrong | typeof failed)[], changes = {}) {
  const record = new RunRecord(["search"], 1_000);
  for (const verdict of verdicts) {
    record.arrive(0);
    record.start(0);
    record.end({ operation: "search", verdict, dueMs: 0, latencyMs: 1 });
  }
  return { record: Object.assign(record, changes), measuredMs: 1_000, stopped: false };
}

test.each([
  ["all is right", [right], {}, 0],
  ["an answer was wrong", [right, wrong, failed], { notStarted: 1 }, 1],
  ["an answer was wrong while warming up", [right], { wrongInWarmup: 1 }, 1],
  ["a request failed", [right, failed], { notStarted: 1 }, 4],
  ["a request was not started", [right], { notStarted: 1 }, 3],
  ["the last request was a second late", [right], { lastStartDelayMs: 1_001 }, 3],
  ["nothing was due", [], {}, 3],
])("if %s, the exit code follows from the worst of it", (_what, verdicts, changes, code) => {
  expect(conclude(outcome(verdicts, changes), false).exitCode).toBe(code);
});

test("on a long run requests may be late by a hundredth of its length", () => {
  const run = { ...outcome([right], { lastStartDelayMs: 5_000 }), measuredMs: 600_000 };

  expect(conclude(run, false).rateHeld).toBe(true);
});
