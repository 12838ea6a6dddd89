import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { asPlanned, eachReplica } from "./targets.ts";
import { cacheServerOf } from "./topology.ts";

export const cacheDown = defineFault({
  name: "cache-down",
  summary: "The cache of a service does not run.",
  parameters: {
    service: nameOf("cache", ["rate", "post-storage-service"], "the service whose cache is down"),
  },
  onProcess: {
    async inject({ service }, operation) {
      const { driver, signal } = operation;
      await eachReplica(cacheServerOf(operation.topology, service), operation, ({ name }) =>
        driver.stop(name, signal),
      );
      return undefined;
    },
    recover: ({ service }, operation) =>
      asPlanned(cacheServerOf(operation.topology, service), operation),
  },
  facts: {
    analysis: { level: "Application", type: "Dependency Problem" },
    localisation: ["{cache}", "{service}"],
    symptom:
      "All answers stay right, and somewhat later: {service} asks its database every time. Its log says of the cache that it was skipped, its spans of the cache fail, those of the database become frequent.",
    blast: { share: 0.6, says: "/hotels, which stays right" },
    signs: {
      service: "{service}",
      failing: [0, 0],
      log: { server: "{service}", says: /cache skipped/ },
    },
    mitigation: ["$ npm run server -- --app {app} start {cache}"],
    recovery: "The cache is ready, the service's log is quiet, and its cache's hits are back.",
    targets: {
      "post-storage-service": {
        blast: { share: 0.9, says: "timelines, which stay right" },
        signs: {
          service: "{cache}",
          log: { server: "{service}", says: /cache skipped/ },
        },
      },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
