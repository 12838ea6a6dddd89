import { expect, test } from "vitest";
import { alter } from "../call.ts";
import { Cancellation } from "../cancellation.ts";
import { someCall } from "../some-call.ts";
import { deadline } from "./deadline.ts";

test("a call without a deadline gets one, and so does its signal", async () => {
  const before = Date.now();
  await deadline(1_000)(someCall(), async (call) => {
    expect(call.deadlineMs).toBeGreaterThanOrEqual(before + 1_000);
    expect(call.cancellation?.deadlineMs).toBe(call.deadlineMs);
    expect(call.signal.aborted).toBe(false);
  });
});

test("work that does not end in time fails with deadlineExceeded and is told to stop", async () => {
  let signal: AbortSignal | undefined;
  const work = deadline(20)(someCall(), (call) => {
    signal = call.signal;
    return new Promise(() => {});
  });

  await expect(work).rejects.toMatchObject({
    code: "deadlineExceeded",
    message: "context deadline exceeded",
  });
  expect(signal?.aborted).toBe(true);
});

test("a nearer deadline stays, and the call passes through as it is", async () => {
  const call = someCall({ deadlineMs: Date.now() + 50 });
  await deadline(1_000)(call, async (passed) => expect(passed).toBe(call));
});

test("a caller who goes away is noticed under the new deadline too", async () => {
  const cancellation = new Cancellation(Number.POSITIVE_INFINITY);
  const call = alter(someCall(), { cancellation });
  const work = deadline(1_000)(call, async (bounded) => {
    cancellation.cancel();
    return bounded.signal.reason;
  });

  await expect(work).resolves.toMatchObject({ code: "canceled" });
});

test("an answer and an error pass through", async () => {
  const bounded = deadline(1_000);
  await expect(bounded(someCall(), async () => 7)).resolves.toBe(7);
  await expect(bounded(someCall(), () => Promise.reject(new Error("no")))).rejects.toThrow("no");
});
