import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { flaky, flakyParameters } from "./flaky.ts";

export const postStorageSlow = defineFault({
  name: "post-storage-slow",
  summary: "The storage of posts answers everything rightly, and a second late.",
  parameters: flakyParameters("post-storage-service", { delayMs: 1_000, share: 0 }),
  onCall: flaky,
  facts: {
    analysis: { level: "Application", type: "Code Defect" },
    localisation: ["{service}"],
    symptom:
      "Timelines and composes take a second longer and never fail; the server spans of {service} are as long as its callers', and the spans of its database and cache within them as short as ever: the code, not the network.",
    blast: { share: 1, says: "timelines and composes" },
    signs: { service: "{service}", slowerMs: 950 },
    mitigation: [
      "compare the span of {service} with those of its stores within it: the time is its own",
      "deploy a build that does not sleep; here: turn the flag off in the flag document",
    ],
    recovery: "The spans of {service} last as long as before.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
