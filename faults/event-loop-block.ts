import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { milliseconds, nameOf, share } from "./parameters.ts";

export const eventLoopBlock = defineFault({
  name: "event-loop-block",
  summary:
    "A share of a service's requests computes without a pause, so that all others of the process wait.",
  parameters: {
    service: nameOf("service", ["search", "text-service"], "the service that blocks"),
    blockMs: milliseconds(400, "how long a request computes", { min: 1, max: 60_000 }),
    share: share(0.3, "share of requests that do"),
  },
  onCall: {
    answering({ blockMs, share }, { random, mark }) {
      return (call, next) => {
        if (random() < share) {
          mark(call);
          spin(blockMs);
        }
        return next(call);
      };
    },
  },
  facts: {
    analysis: { level: "Application", type: "Code Defect" },
    localisation: ["{service}"],
    symptom:
      "The slow tail of what {service} has a part in grows by 400 ms and more, also for requests that did not compute; `nodejs_eventloop_delay_max` of {service} is as large, callers see long client spans around a server span that is short or begins late; nothing fails.",
    blast: { share: 0.6, says: "/hotels" },
    signs: {
      metric: { server: "{service}", name: /^nodejs_eventloop_delay_max_seconds/, reaches: 0.35 },
    },
    mitigation: [
      "profile {service} (`kill -USR1 <pid>` and a CPU profile): one function holds the loop",
      "deploy a build that computes elsewhere or less; here: turn the flag off in the flag document",
    ],
    recovery: "The largest event loop delay of {service} is a few tens of milliseconds again.",
    targets: {
      "text-service": { blast: { share: 0.1, says: "composes" } },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});

/** The signal of the call cannot be heard meanwhile: that is what this fault is. */
function spin(blockMs: number): void {
  const endMs = performance.now() + blockMs;
  while (performance.now() < endMs);
}
