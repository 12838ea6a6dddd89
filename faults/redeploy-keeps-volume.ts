import { exact, similar } from "./catalogue-facts.ts";
import { defineFault, type Operation } from "./fault.ts";
import { asPlanned, eachReplica } from "./targets.ts";
import { databaseServer, namesOf } from "./topology.ts";

/** Where a new database would find its volume; nothing is there. */
const unboundPath = "/nonexistent/volumes/claim";

export const redeployKeepsVolume = defineFault({
  name: "redeploy-keeps-volume",
  summary:
    "The application is deployed anew while the old volumes are still claimed: no database finds its own.",
  parameters: {},
  onProcess: {
    async inject(_values, operation) {
      const { driver, topology, signal } = operation;
      for (const service of namesOf(topology, "database")) {
        await eachReplica(service, operation, ({ name }) => driver.stop(name, signal));
        await eachReplica(
          databaseServer(topology, service),
          operation,
          async ({ name, changed }) => {
            if (!changed) await driver.restart(name, signal, { args: ["--dbpath", unboundPath] });
          },
        );
      }
      // Nobody waits for the databases, as in the original's redeployment.
      await startStopped(operation);
      return undefined;
    },
    async recover(_values, operation) {
      for (const service of namesOf(operation.topology, "database")) {
        await asPlanned(databaseServer(operation.topology, service), operation);
      }
      await startStopped(operation);
    },
  },
  facts: {
    aiopslab: {
      problems: ["detection", "analysis", "mitigation"].map(
        (task) => `redeploy_without_PV-${task}-1`,
      ),
      level: "Virtualization",
      type: "Operation Error",
    },
    analysis: { level: "Virtualization", type: "Operation Error" },
    localisation: ["{databases}"],
    symptom:
      "No database starts: each says that its data directory is not found and exits with 100, again and again; their services give up after 10 s with 2. The front door and the caches run; nearly every request answers 500. The data is untouched where it was.",
    blast: { share: 1, says: "everything that needs a database" },
    signs: {
      service: "*",
      failing: [1, 1],
      log: { server: "{database}", says: /not found/ },
    },
    mitigation: [
      "read in a database's log which directory it misses, and where the data of before is",
      "$ npm run server -- --app {app} restart {databases}",
    ],
    // The problems of AIOpsLab are Hotel Reservation's.
    targets: { social: { blast: { share: 1, says: "everything that needs a database" } } },
    recovery: "Every database is ready with the data of before, and every service after it.",
    ways: {
      local: similar(
        "no volumes are claimed locally: each database is sent to a directory that is not there",
      ),
      compose: similar("each database is sent to a directory that is not there"),
      kubernetes: exact,
    },
  },
});

async function startStopped(operation: Operation): Promise<void> {
  const { driver, topology, signal } = operation;
  for (const service of namesOf(topology, "database")) {
    await eachReplica(service, operation, async ({ name, state }) => {
      if (state === "stopped") await driver.start(name, signal);
    });
  }
}
