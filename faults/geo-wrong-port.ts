import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { asPlanned, eachReplica } from "./targets.ts";

const program = "geo/builds/app3";

export const geoWrongPort = defineFault({
  name: "geo-wrong-port",
  summary:
    "Another build of geo is deployed, whose configuration names a wrong port of its database.",
  parameters: {},
  needs: "geo",
  onProcess: {
    holds: () => ["geo"],
    async inject(_values, { driver, signal }) {
      await eachReplica("geo", { driver, signal }, async ({ name, changed }) => {
        if (!changed) await driver.restart(name, signal, { program });
      });
      return undefined;
    },
    recover: (_values, operation) => asPlanned("geo", operation),
  },
  facts: {
    aiopslab: {
      problems: ["detection", "localization", "analysis", "mitigation"].map(
        (task) => `misconfig_app_hotel_res-${task}-1`,
      ),
      level: "Application",
      type: "Misconfiguration",
    },
    analysis: { level: "Application", type: "Misconfiguration" },
    localisation: ["geo"],
    symptom:
      "geo dials port 27777, where nobody listens, gives up after 10 s, exits with 2 and is started again, ever later; calls to it are refused. mongodb-geo is healthy and sees no attempt.",
    blast: { share: 0.6, says: "/hotels" },
    signs: {
      service: "geo",
      failing: [1, 1],
      log: { server: "geo", says: /27777.*service failed/ },
    },
    mitigation: [
      "read the command that geo runs (services/hotel/geo/builds/app3) and what its log says it cannot reach",
      "$ npm run server -- --app {app} restart geo",
    ],
    recovery: "geo runs the build of the repository, is ready, and calls to it succeed.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
