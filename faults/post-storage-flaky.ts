import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { flaky, flakyParameters } from "./flaky.ts";

export const postStorageFlaky = defineFault({
  name: "post-storage-flaky",
  summary: "The storage of posts fails a share of its calls.",
  parameters: flakyParameters("post-storage-service", { delayMs: 0, share: 0.5 }),
  variants: { "10%": { share: 0.1 } },
  onCall: flaky,
  facts: {
    analysis: { level: "Application", type: "Code Defect" },
    localisation: ["{service}"],
    symptom:
      "About half of the timelines and of the composes answer 500; the spans of calls to {service} have errors `random failure`, its database and cache are healthy, and no process ends.",
    blast: { share: 1, says: "timelines and composes" },
    signs: { service: "{service}", failing: [0.15, 0.95] },
    mitigation: [
      "look at which calls of {service} fail: any, with the same text",
      "deploy a build that does not; here: turn the flag off in the flag document",
    ],
    recovery: "No span of {service} fails.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
