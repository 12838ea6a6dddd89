import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { eachReplica } from "./targets.ts";

export const processPause = defineFault({
  name: "process-pause",
  summary: "A server's process stands still: its sockets stay open, and silent.",
  parameters: {
    server: nameOf("server", ["user", "user-service"], "the server that stands still"),
  },
  onProcess: {
    holds: ({ server }) => [server],
    async inject({ server }, { driver, signal }) {
      await eachReplica(server, { driver, signal }, ({ name }) => driver.pause(name, signal));
      return undefined;
    },
    async recover({ server }, { driver, signal }) {
      await eachReplica(server, { driver, signal }, ({ name }) => driver.resume(name, signal));
    },
  },
  facts: {
    analysis: { level: "Operating System", type: "Operation Error" },
    localisation: ["{server}"],
    symptom:
      "Calls to {server} are taken and never answered; callers wait until their deadline. {server} logs nothing and its metrics page hangs; its process is there, in state T, and uses no CPU.",
    blast: { share: 0.01, says: "/user and /reservation" },
    signs: { service: "{server}", failing: [1, 1] },
    mitigation: [
      "find the process in state T (`ps -o pid,stat,args`)",
      "$ npm run server -- --app {app} resume {server}",
    ],
    recovery: "{server} answers; what it had taken meanwhile and is still wanted is answered too.",
    targets: {
      "user-service": {
        blast: { share: 0.1, says: "composes; registrations and logins, which the mix has not" },
      },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
