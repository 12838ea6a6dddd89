import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { milliseconds, nameOf, share } from "./parameters.ts";
import { delay } from "./waiting.ts";

export const cacheSlow = defineFault({
  name: "cache-slow",
  summary: "Operations on a service's memcached take longer.",
  parameters: {
    service: nameOf(
      "cache",
      ["profile", "post-storage-service"],
      "the service whose cache is slow",
    ),
    delayMs: milliseconds(200, "how long an operation takes longer"),
    share: share(1, "share of operations that do"),
  },
  onQuery: {
    store: "memcached",
    layer({ delayMs, share }, { random, signal, mark }) {
      return async (call, next) => {
        if (random() < share) {
          mark(call);
          await delay(delayMs, call, signal);
        }
        return next(call);
      };
    },
  },
  facts: {
    analysis: { level: "Application", type: "Network/Storage Issue" },
    localisation: ["{cache}", "{service}"],
    symptom:
      "What {service} has a part in takes 200 ms longer per look-up and never fails; the spans `get {cache}` last that long, the calls of {service} with them, and its database is as fast as ever.",
    blast: { share: 0.99, says: "/hotels and /recommendations" },
    signs: { service: "{service}", slowerMs: 190 },
    mitigation: [
      "look at the latency of the cache itself (`stats` on {cache}) and of the way to it",
      "turn the flag off in the flag document; restarting {service} does not help",
    ],
    recovery: "The spans of {cache} are below a millisecond or two again.",
    targets: {
      "post-storage-service": {
        blast: { share: 0.9, says: "timelines" },
        signs: { service: "{cache}", slowerMs: 190 },
      },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
