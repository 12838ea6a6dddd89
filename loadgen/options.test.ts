import { beforeEach, expect, test, vi } from "vitest";
import { readCommandLine } from "./options.ts";

beforeEach(() => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});

test("without arguments the hotel gets 100 requests a second for half a minute", () => {
  expect(readCommandLine([])).toMatchObject({
    app: "hotel",
    plan: { mix: "mixed", base: "fresh", seed: 1 },
    allowFailures: false,
    load: {
      ...{ url: "http://127.0.0.1:5000", rate: 100, durationMs: 30_000, warmupMs: 0, seed: 1 },
      ...{ distribution: "constant", connections: 256, deadlineMs: 10_000 },
      targetPrefix: "http://localhost:5000",
    },
  });
});

test("an application has its own front door, mixes and bases", () => {
  const { app, plan, load } = readCommandLine(["social", "--mix", "compose-post"]);

  expect([app, plan.mix, plan.base]).toEqual(["social", "compose-post", "init"]);
  expect([load.url, load.targetPrefix]).toEqual(["http://127.0.0.1:8080", "http://localhost:8080"]);
});

test("times have units, and -D exp is what the original's tool calls it", () => {
  const args = ["hotel", "-d", "2m", "--warmup", "500ms", "--deadline", "5", "-D", "exp"];

  expect(readCommandLine(args).load).toMatchObject({
    ...{ durationMs: 120_000, warmupMs: 500, deadlineMs: 5_000, distribution: "exponential" },
  });
});

test("the request line is a path, if browsers are to be followed", () => {
  expect(readCommandLine(["--target", "origin"]).load.targetPrefix).toBe("");
});

test.each([
  ["--rate 0", "from 0.01 to 100000"],
  ["--duration soon", "500ms, 30s or 2m"],
  ["--duration 25h", "500ms, 30s or 2m"],
  ["--url localhost:5000", "http://127.0.0.1:5000"],
  ["--url http://127.0.0.1:5000/hotels", "http://127.0.0.1:5000"],
  ["--base stale", "fresh, unknown"],
  ["--connections 1.5", "whole number from 1 to 10000"],
  ["--seed -1", "whole number from 0"],
  ["--quick", "unknown option"],
  ["cinema", "no such application"],
  ["--rate 5 social", "comes before its options"],
  ["social --base fresh", "init, unknown"],
  ["hotel --init", "unknown option"],
  ["social --init --compose many", "whole number up to 9999999"],
])("%s is refused with a hint: %s", (args, hint) => {
  expect(() => readCommandLine(args.split(" "))).toThrow(hint);
});
