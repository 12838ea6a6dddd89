import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { milliseconds, nameOf, share } from "./parameters.ts";
import { delay } from "./waiting.ts";

export const dbSlow = defineFault({
  name: "db-slow",
  summary: "Operations on a service's MongoDB take longer.",
  parameters: {
    service: nameOf(
      "database",
      ["reservation", "url-shorten-service"],
      "the service whose database is slow",
    ),
    delayMs: milliseconds(500, "how long an operation takes longer"),
    share: share(1, "share of operations that do"),
  },
  onQuery: {
    store: "mongodb",
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
    localisation: ["{database}", "{service}"],
    symptom:
      "Requests that {service} cannot answer from its cache take half a second longer per query; the spans of {database} last that long, those of memcached do not, nothing fails.",
    blast: { share: 0.605, says: "/hotels (those whose nights are not cached) and /reservation" },
    signs: { service: "{service}", some: true, slowerMs: 490 },
    mitigation: [
      "compare the query times in the log of {database} (slow queries, id 51803) with the spans: the server itself is fast",
      "turn the flag off in the flag document; restarting {service} does not help",
    ],
    recovery: "The spans of {database} last as long as before.",
    targets: {
      "url-shorten-service": {
        symptom:
          "Composes take half a second longer per query of {service}; the spans of {database} last that long, nothing fails.",
        blast: { share: 0.1, says: "composes, which all have a link" },
      },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
