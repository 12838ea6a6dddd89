import { exact, similar } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf, port } from "./parameters.ts";
import { asPlanned, eachReplica } from "./targets.ts";

export const targetPort = defineFault({
  name: "target-port",
  summary: "The port that callers are sent to is not the one that a server listens on.",
  parameters: {
    server: nameOf("server", "rate", "the server that is missed"),
    port: port(9_999, "where it listens instead"),
  },
  onProcess: {
    holds: ({ server }) => [server],
    async inject({ server, port }, { driver, signal }) {
      await eachReplica(server, { driver, signal }, async ({ name, address }) => {
        if (address?.port !== port) await driver.restart(name, signal, { port });
      });
      return undefined;
    },
    recover: ({ server }, operation) => asPlanned(server, operation),
  },
  facts: {
    aiopslab: {
      problems: ["detection", "localization", "analysis", "mitigation"].flatMap((task) =>
        [1, 2, 3].map((number) => `k8s_target_port-misconfig-${task}-${number}`),
      ),
      level: "Virtualization",
      type: "Misconfiguration",
    },
    analysis: { level: "Virtualization", type: "Misconfiguration" },
    localisation: ["{server}"],
    symptom:
      "Every call to {server} is refused at once, its callers say `connect ECONNREFUSED`; {server} itself runs, calls itself healthy, logs nothing and has no spans.",
    blast: { share: 0.6, says: "/hotels" },
    signs: { service: "{server}", failing: [1, 1] },
    mitigation: [
      "compare the port that {server} listens on with the one that its callers were given",
      "$ npm run server -- restart {server}",
    ],
    recovery: "Calls to {server} succeed, and it has spans again.",
    ways: {
      local: similar(
        "without a Service object between them, the server is moved and not the port that leads to it",
      ),
      compose: similar(
        "without a Service object between them, the server is moved and not the port that leads to it",
      ),
      kubernetes: exact,
    },
  },
});
