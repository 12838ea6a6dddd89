import { setTimeout as sleep } from "node:timers/promises";
import { alter, type Call, type Middleware } from "@faultline/rpc/call";
import { Cancellation, pastDeadline } from "@faultline/rpc/cancellation";
import { exhausted } from "@faultline/rpc/errors";
import { similar } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { count, milliseconds, nameOf } from "./parameters.ts";

const onlyRate = similar(
  "the limited rate of the called service is a queue in front of its handler, not a processor that is too small",
);

export const retryStorm = defineFault({
  name: "retry-storm",
  summary:
    "A caller gives up early and asks again at once, so that a hiccup of a service with little to spare never ends.",
  parameters: {
    service: nameOf("rpc service", ["rate", "text-service"], "the service that is asked"),
    caller: nameOf("service", ["search", "compose-post-service"], "the service that asks"),
    timeoutMs: milliseconds(750, "how long an attempt may take", { min: 1 }),
    attempts: count(3, "how often the caller asks", { min: 1, max: 20 }),
    perSecond: count(10, "how many calls the service can answer each second", {
      min: 1,
      max: 100_000,
    }),
    queueMax: count(256, "how many calls may wait there", { min: 1, max: 65_536 }),
    hiccupMs: milliseconds(5_000, "how long the service stands still at first"),
  },
  onCall: {
    attempting: ({ timeoutMs, attempts }, { signal, mark }) =>
      impatient(timeoutMs, attempts, signal, mark),
    answering: (values, { signal, mark }) => queued(values, signal, mark),
  },
  facts: {
    analysis: {
      level: "Application",
      type: "Code Defect",
      because: "the overload lasts because of how the caller retries, whatever began it",
    },
    localisation: ["{caller}", "{service}"],
    symptom:
      "After five seconds in which {service} stood still, what needs {service} goes on failing with 500 and DeadlineExceeded or ResourceExhausted although the load is what it was: each request makes three spans {caller} → {service}, {service} works on calls that nobody waits for any more.",
    blast: { share: 0.6, says: "/hotels" },
    signs: { service: "{service}", given: { perSecond: 4 }, failing: [0.5, 1] },
    mitigation: [
      "take the load away until the queue of {service} is empty, or restart {service}: without a new hiccup it stays well",
      "lastingly: retry with a pause and a budget, drop calls past their deadline; here: turn the flag off in the flag document",
    ],
    recovery: "One span {caller} → {service} per request, as fast as before, under the same load.",
    targets: {
      "text-service": {
        blast: { share: 0.1, says: "composes" },
        signs: { service: "{service}", given: { perSecond: 2 }, failing: [0.5, 1] },
      },
    },
    ways: { local: onlyRate, compose: onlyRate, kubernetes: onlyRate },
  },
});

/** Each attempt has a short time of its own; the next begins at once. What was begun goes on at the other side. */
function impatient(
  timeoutMs: number,
  attempts: number,
  off: AbortSignal,
  mark: (call: Call) => void,
): Middleware {
  return async (call, next) => {
    mark(call);
    for (let attempt = 1; ; attempt++) {
      try {
        return await withTimeout(call, next, timeoutMs);
      } catch (error) {
        const isOver = call.deadlineMs <= Date.now() || call.cancellation?.reason !== undefined;
        if (attempt >= attempts || isOver || off.aborted) throw error;
      }
    }
  };
}

function withTimeout(call: Call, next: (call: Call) => Promise<unknown>, timeoutMs: number) {
  const cancellation = new Cancellation(Math.min(call.deadlineMs, Date.now() + timeoutMs));
  return new Promise((resolve, reject) => {
    const giveUp = (reason = pastDeadline()) => {
      cancellation.cancel(reason);
      reject(reason);
    };
    const stopWatching = call.cancellation?.watch(giveUp);
    const timer = setTimeout(giveUp, cancellation.deadlineMs - Date.now());
    next(alter(call, { cancellation }))
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        stopWatching?.();
        cancellation.finish();
      });
  });
}

/** One call after the other, at a steady rate; those whose caller has gone are worked on all the same. */
function queued(
  {
    perSecond,
    queueMax,
    hiccupMs,
  }: { readonly perSecond: number; readonly queueMax: number; readonly hiccupMs: number },
  off: AbortSignal,
  mark: (call: Call) => void,
): Middleware {
  let waiting = 0;
  let freeAtMs = performance.now() + hiccupMs;
  return async (call, next) => {
    if (off.aborted) return next(call);
    if (waiting >= queueMax) throw exhausted(`${queueMax} requests are already waiting`);
    mark(call);
    waiting++;
    const nowMs = performance.now();
    freeAtMs = Math.max(freeAtMs, nowMs) + 1_000 / perSecond;
    try {
      await sleep(freeAtMs - nowMs, undefined, { signal: off });
    } catch {
      // It was turned off: whoever waits goes on.
    } finally {
      waiting--;
    }
    return next(call);
  };
}
