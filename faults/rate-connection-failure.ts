import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";

export const rateConnectionFailure = defineFault({
  name: "rate-connection-failure",
  summary:
    "The source-code bug of the original's README: rate's own connection code loses its database and its cache.",
  parameters: {},
  needs: "rate",
  twin: true,
  facts: {
    analysis: {
      level: "Application",
      type: "Code Defect",
      because:
        "AIOpsLab has the bug only as a build of geo (misconfig_app) and judges it as a misconfiguration; here it is code",
    },
    localisation: ["rate"],
    symptom:
      "Every /hotels answers 500 `mongodb-rate cannot be reached`, because rate dials a port where nobody listens (the cause in its log: `connect ECONNREFUSED …:27777`) and skips a cache that it has closed itself; mongodb-rate and memcached-rate are healthy and see no attempt. At a start rate gives up after 10 s and exits with 2, again and again.",
    blast: { share: 0.6, says: "/hotels" },
    signs: { service: "rate", failing: [1, 1], log: { server: "rate", says: /27777/ } },
    mitigation: [
      "read services/hotel/rate/rate-lost-connection.ts: it dials port 27777 and closes its cache",
      "deploy the build that connects where the configuration says; here: turn the flag off in the flag document, and restart rate if it is down",
    ],
    recovery:
      "/hotels answers 200, and the spans `get memcached-rate` and `find inventory` of rate are back.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
