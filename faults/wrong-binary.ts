import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { asPlanned, eachReplica } from "./targets.ts";

export const wrongBinary = defineFault({
  name: "wrong-binary",
  summary: "A service is started with the program of another one.",
  parameters: {
    service: nameOf(
      "rpc service",
      ["profile", "text-service"],
      "the service that is started wrongly",
    ),
    program: nameOf("rpc service", ["geo", "unique-id-service"], "whose program it is given"),
  },
  onProcess: {
    holds: ({ service }) => [service],
    async inject({ service, program }, { driver, signal }) {
      await eachReplica(service, { driver, signal }, async ({ name, changed }) => {
        if (!changed) await driver.restart(name, signal, { program });
      });
      return undefined;
    },
    recover: ({ service }, operation) => asPlanned(service, operation),
  },
  facts: {
    aiopslab: {
      problems: ["detection", "localization", "analysis", "mitigation"].map(
        (task) => `wrong_bin_usage-${task}-1`,
      ),
      level: "Application",
      type: "Network/Storage Issue",
    },
    analysis: {
      level: "Virtualization",
      type: "Misconfiguration",
      because:
        "the command of a container is wrong; no network and no store has anything to do with it",
    },
    localisation: ["{service}"],
    symptom:
      "Everything runs and calls itself healthy, but calls to {service} are refused: its log tells of a start of {program}, there are no spans of {service}, and its metrics are those of a {program} that nobody calls.",
    blast: { share: 0.99, says: "/hotels and /recommendations" },
    signs: {
      service: "{service}",
      failing: [1, 1],
      log: { server: "{service}", says: /"service":"geo".*service started/ },
    },
    mitigation: [
      "look at the command that {service} runs: it is {program}'s",
      "$ npm run server -- --app {app} restart {service}",
    ],
    recovery: "The process of {service} runs the program of {service}, and calls to it succeed.",
    targets: {
      "text-service": {
        blast: { share: 0.1, says: "composes" },
        signs: {
          service: "{service}",
          failing: [1, 1],
          log: { server: "{service}", says: /"service":"unique-id-service".*service started/ },
        },
      },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
