import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { eachReplica } from "./targets.ts";

export const processKill = defineFault({
  name: "process-kill",
  summary: "A server's process is killed once; who supervises it starts it again.",
  parameters: { server: nameOf("server", ["geo", "text-service"], "the server that is killed") },
  onProcess: {
    async inject({ server }, { driver, signal }) {
      await eachReplica(server, { driver, signal }, async ({ name, startedAtMs }) => {
        if (startedAtMs !== undefined) await driver.kill(name, "SIGKILL", signal);
      });
      return undefined;
    },
    // It heals by itself.
    async recover() {},
  },
  facts: {
    aiopslab: { problems: ["container_kill-detection", "container_kill-localization"] },
    analysis: { level: "Virtualization", type: "Operation Error" },
    localisation: ["{server}"],
    symptom:
      "For a few seconds calls to {server} are cut, then refused; then it is back, with one restart more and a gap in its metrics and spans. Its log has no farewell, its last exit was by SIGKILL.",
    blast: { share: 0.6, says: "/hotels, for the seconds of a restart" },
    signs: { service: "{server}", failing: [0.01, 1], passing: true },
    mitigation: [
      "none is needed; a supervisor that has lost count: $ npm run server -- --app {app} start {server}",
    ],
    recovery: "{server} runs and is ready, its count of restarts one higher.",
    targets: {
      "text-service": { blast: { share: 0.1, says: "composes, for the seconds of a restart" } },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
