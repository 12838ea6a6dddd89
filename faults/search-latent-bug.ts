import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";

export const searchLatentBug = defineFault({
  name: "search-latent-bug",
  summary:
    "A change of configuration wakes code of search that has been wrong all along: most searches fail.",
  parameters: {},
  needs: "search",
  twin: true,
  facts: {
    analysis: { level: "Application", type: "Code Defect" },
    localisation: ["search"],
    symptom:
      "/hotels answers 500 with code Internal wherever a hotel nearby has no rate plan; searches with no hotel nearby still answer an empty list. search logs a TypeError with its stack; geo and rate answer every call rightly, and every process is up.",
    blast: { share: 0.6, says: "/hotels" },
    signs: { service: "search", failing: [0.5, 1], log: { server: "search", says: /TypeError/ } },
    mitigation: [
      "read the stack in the log of search: it leads to services/hotel/search/search-by-position.ts",
      "undo the change of configuration that woke it: turn the flag off in the flag document",
    ],
    recovery: "/hotels answers 200 with the hotels it had before.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
