import { expect, test } from "vitest";
import { conclude } from "./verify-command.ts";

const holds = { fault: "none", checks: [{ says: "healthy", holds: true, figures: "" }] };
const fails = { fault: "cpu-hog", checks: [{ says: "healthy", holds: false, figures: "" }] };
const impossible = { fault: "network-delay", checks: [], unsupported: "no netem" };
const foreign = { fault: "redis-memory-full", checks: [], skipped: "no Redis" };

test("what this machine cannot do is named, and is no failure unless nothing else was tried", () => {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);

  expect(conclude([holds, impossible, foreign], say)).toBe(0);
  expect(conclude([impossible], say)).toBe(1);
  expect(conclude([holds, fails, impossible], say)).toBe(1);
  expect(lines.map((line) => line.trim())).toEqual([
    "1 of 3 faults hold, 1 not for this application, this machine cannot do network-delay",
    "0 of 1 faults hold, this machine cannot do network-delay",
    "1 of 3 faults hold, this machine cannot do network-delay; not: cpu-hog",
  ]);
});
