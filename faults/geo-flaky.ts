import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { flaky, flakyParameters } from "./flaky.ts";

export const geoFlaky = defineFault({
  name: "geo-flaky",
  summary:
    "A service sleeps in every call and then fails a share of them, as the code that the original has commented out.",
  parameters: flakyParameters("geo", { delayMs: 5_000, share: 0.5 }),
  variants: { "10%": { share: 0.1, delayMs: 0 }, slow: { share: 0 } },
  onCall: flaky,
  facts: {
    analysis: { level: "Application", type: "Code Defect" },
    localisation: ["{service}"],
    symptom:
      "/hotels takes 5 s longer, and half of it answers 500 `rpc error: code = Unknown desc = random failure`; the process is healthy, its database is not asked more than before, client and server spans of {service} last 5 s.",
    blast: { share: 0.6, says: "/hotels" },
    signs: { service: "{service}", failing: [0.1, 0.9], slowerMs: 4_500 },
    mitigation: [
      "deploy a build of {service} without the sleep and the random error",
      "until then: turn the flag off in the flag document, or start {service} without it",
    ],
    recovery: "Calls to {service} take as long as before and none fails with `random failure`.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
