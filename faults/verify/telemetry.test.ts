import { expect, test } from "vitest";
import { traceFigures } from "./telemetry.ts";

test("where traces are few because few requests are traced, it is said what to do", () => {
  const hint = "start the application with JAEGER_SAMPLE_RATIO=1, which traces all";

  expect(traceFigures({ telling: 0, traces: 3, answered: 180 })).toBe(
    `0 of 3 traces of 180 requests: ${hint}`,
  );
  expect(traceFigures({ telling: 0, traces: 0, answered: 180 })).toContain(hint);
});

test("where they are not few, or do tell, nothing is to be done", () => {
  expect(traceFigures({ telling: 0, traces: 170, answered: 180 })).toBe("0 of 170 traces");
  expect(traceFigures({ telling: 1, traces: 3, answered: 180 })).toBe("1 of 3 traces");
  expect(traceFigures({ telling: 0, traces: 0, answered: 0 })).toBe("0 of 0 traces");
});
