import { exact, similar } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { asPlanned, eachReplica } from "./targets.ts";

/** An address for examples, which no machine has. */
const nowhere = "192.0.2.1";

const because =
  "without a scheduler that could keep it waiting, it is told to listen at an address of another machine, and ends at each start";

export const missingNode = defineFault({
  name: "missing-node",
  summary: "A service is assigned to a node that does not exist: it is wanted, and runs nowhere.",
  parameters: {
    service: nameOf("rpc service", ["user-service", "user"], "the service that runs nowhere"),
  },
  onProcess: {
    holds: ({ service }) => [service],
    async inject({ service }, { driver, signal }) {
      await eachReplica(service, { driver, signal }, async ({ name, changed }) => {
        if (!changed) await driver.restart(name, signal, { env: { HOST: nowhere } });
      });
      return undefined;
    },
    recover: ({ service }, operation) => asPlanned(service, operation),
  },
  facts: {
    aiopslab: {
      problems: ["detection", "localization", "analysis", "mitigation"].map(
        (task) => `assign_to_non_existent_node_social_net-${task}-1`,
      ),
      level: "Virtualization",
      type: "Dependency Problem",
    },
    analysis: { level: "Virtualization", type: "Dependency Problem" },
    localisation: ["{service}"],
    symptom:
      "Every call to {service} is refused; it is wanted and never ready. On Kubernetes its pod is Pending, with the event FailedScheduling; elsewhere it says at each start that it cannot listen at an address that this machine has not.",
    blast: { share: 0.1, says: "composes; registrations and logins, which the mix has not" },
    signs: {
      service: "{service}",
      failing: [1, 1],
      log: { server: "{service}", says: /EADDRNOTAVAIL/ },
    },
    mitigation: [
      "compare where {service} shall run with the nodes that there are",
      "$ npm run server -- --app {app} restart {service}",
    ],
    recovery: "As many replicas of {service} as before are ready, and calls to it succeed.",
    targets: { user: { blast: { share: 0.01, says: "/user and /reservation" } } },
    ways: { local: similar(because), compose: similar(because), kubernetes: exact },
  },
});
