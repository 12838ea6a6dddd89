import { expect, test } from "vitest";
import { Cancellation } from "./cancellation.ts";
import { unavailable } from "./errors.ts";

const never = Number.POSITIVE_INFINITY;

test("the signal aborts with the reason, also when it is first asked for afterwards", () => {
  const before = new Cancellation(never);
  const { signal } = before;
  before.cancel(unavailable("shut down"));
  const after = new Cancellation(never);
  after.cancel();
  expect(signal.reason).toMatchObject({ code: "unavailable" });
  expect(after.signal.reason).toMatchObject({ code: "canceled", message: "context canceled" });
});

test("the signal aborts at the deadline", async () => {
  const { signal } = new Cancellation(Date.now() + 10);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  expect(signal.reason).toMatchObject({ code: "deadlineExceeded" });
});

test("watchers hear the first reason once, and none after they have stopped or the work is done", () => {
  const heard: string[] = [];
  const cancellation = new Cancellation(never);
  cancellation.watch(({ code }) => heard.push(code));
  cancellation.watch(() => heard.push("stopped"))();
  cancellation.cancel();
  cancellation.cancel(unavailable("too late"));
  const finished = new Cancellation(never);
  finished.watch(() => heard.push("finished"));
  finished.finish();
  finished.cancel();
  expect(heard).toEqual(["canceled"]);
  expect(finished.reason).toBeUndefined();
});
