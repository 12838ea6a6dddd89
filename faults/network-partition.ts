import { exact, similar } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { disturbWay, leaveWay } from "./network-effects.ts";
import { nameOf } from "./parameters.ts";

export const networkPartition = defineFault({
  name: "network-partition",
  summary: "One server cannot reach another, while everyone else can.",
  parameters: {
    from: nameOf("service", ["search", "compose-post-service"], "the caller that is cut off"),
    to: nameOf("server", ["rate", "text-service"], "the server that it cannot reach"),
  },
  onProcess: {
    inject: (way, operation) => disturbWay(way, { stalls: true }, operation),
    recover: (way, operation) => leaveWay(way, operation),
  },
  facts: {
    analysis: { level: "Virtualization", type: "Network/Storage Issue" },
    localisation: ["{from}", "{to}"],
    symptom:
      "Calls of {from} to {to} hang until their deadline; {to} is healthy and answers everyone else.",
    blast: { share: 0.6, says: "/hotels" },
    signs: { service: "{to}", failing: [1, 1] },
    mitigation: [
      "call {to} from elsewhere: it answers; from {from} it does not",
      "$ npm run server -- --app {app} connect {to}",
    ],
    recovery: "Calls of {from} to {to} are answered as fast as before.",
    targets: {
      "compose-post-service": { blast: { share: 0.1, says: "composes" } },
    },
    ways: {
      local: similar(
        "a proxy takes {to}'s port and stays silent towards {from}: it loses streams, not packets; {to} is started again behind it",
      ),
      compose: exact,
      kubernetes: exact,
    },
  },
});
