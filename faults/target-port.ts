import { exact, similar, type TargetFacts } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf, port } from "./parameters.ts";
import { asPlanned, eachReplica } from "./targets.ts";

export const targetPort = defineFault({
  name: "target-port",
  summary: "The port that callers are sent to is not the one that a server listens on.",
  parameters: {
    server: nameOf("server", ["rate", "user-service"], "the server that is missed"),
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
    analysis: { level: "Virtualization", type: "Misconfiguration" },
    localisation: ["{server}"],
    symptom:
      "Every call to {server} is refused at once, its callers say `connect ECONNREFUSED`; {server} itself runs, calls itself healthy, logs nothing and has no spans.",
    blast: { share: 0.6, says: "/hotels" },
    signs: { service: "{server}", failing: [1, 1] },
    mitigation: [
      "compare the port that {server} listens on with the one that its callers were given",
      "$ npm run server -- --app {app} restart {server}",
    ],
    recovery: "Calls to {server} succeed, and it has spans again.",
    targets: {
      "user-service": {
        aiopslab: problems(1),
        blast: { share: 0.1, says: "composes; registrations and logins, which the mix has not" },
      },
      "text-service": { aiopslab: problems(2), blast: { share: 0.1, says: "composes" } },
      "post-storage-service": {
        aiopslab: problems(3),
        blast: { share: 1, says: "composes and timelines" },
      },
    },
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

/** AIOpsLab's number for each service that it does this to. */
function problems(number: number): NonNullable<TargetFacts["aiopslab"]> {
  const tasks = ["detection", "localization", "analysis", "mitigation"];
  return {
    problems: tasks.map((task) => `k8s_target_port-misconfig-${task}-${number}`),
    level: "Virtualization",
    type: "Misconfiguration",
  };
}
