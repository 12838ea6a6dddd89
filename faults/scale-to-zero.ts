import { exact, similar } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { asPlanned, eachReplica } from "./targets.ts";

export const scaleToZero = defineFault({
  name: "scale-to-zero",
  summary: "A server has no replica: none runs, and none is meant to.",
  parameters: {
    server: nameOf("server", ["user", "user-service"], "the server that is scaled down"),
  },
  onProcess: {
    holds: ({ server }) => [server],
    async inject({ server }, { driver, signal }) {
      await eachReplica(server, { driver, signal }, ({ name }) => driver.stop(name, signal));
      return undefined;
    },
    recover: ({ server }, operation) => asPlanned(server, operation),
  },
  facts: {
    aiopslab: {
      problems: ["pod_failure_hotel_res", "pod_kill_hotel_res"].flatMap((problem) =>
        ["detection", "localization"].map((task) => `${problem}-${task}-1`),
      ),
      level: "Virtualization",
      type: "Operation Error",
    },
    analysis: { level: "Virtualization", type: "Operation Error" },
    localisation: ["{server}"],
    symptom:
      "Every call to {server} is refused; it has no process, its log ends with an orderly stop, nothing starts it again: none is desired.",
    blast: { share: 0.01, says: "/user and /reservation" },
    signs: {
      service: "{server}",
      failing: [1, 1],
      log: { server: "{server}", says: /service stopped/ },
    },
    mitigation: ["$ npm run server -- --app {app} start {server}"],
    recovery: "As many replicas of {server} as before are desired and available.",
    targets: {
      "user-service": {
        aiopslab: {
          problems: ["detection", "localization", "analysis", "mitigation"].map(
            (task) => `scale_pod_zero_social_net-${task}-1`,
          ),
          level: "Virtualization",
          type: "Operation Error",
        },
        blast: { share: 0.1, says: "composes; registrations and logins, which the mix has not" },
      },
    },
    ways: {
      local: exact,
      compose: similar(
        "the name of a stopped container does not resolve, instead of being refused",
      ),
      kubernetes: exact,
    },
  },
});
