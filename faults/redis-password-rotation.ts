import { randomBytes } from "node:crypto";
import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { configure } from "./redis-settings.ts";
import { restartService } from "./restart-service.ts";
import { eachReplica } from "./targets.ts";
import { usersOfRedis } from "./topology.ts";

export const redisPasswordRotation = defineFault({
  name: "redis-password-rotation",
  summary:
    "A Redis gets a password that nobody tells the services: what is connected goes on, what connects is refused.",
  parameters: {
    server: nameOf("redis", "home-timeline-redis", "which Redis it is"),
  },
  onStore: {
    async inject({ server }, operation) {
      const { signal, topology } = operation;
      const password = randomBytes(18).toString("base64url");
      await eachReplica(server, operation, (replica) =>
        configure(replica, [["requirepass", password]], { signal }),
      );
      for (const user of usersOfRedis(topology, server)) await restartService(user, operation);
      return undefined;
    },
    // Whoever did it, and whatever the password is: one that starts anew has none, as planned.
    async recover({ server }, operation) {
      const { driver, signal, topology } = operation;
      await eachReplica(server, operation, ({ name }) => driver.restart(name, signal));
      for (const user of usersOfRedis(topology, server)) await restartService(user, operation);
    },
  },
  facts: {
    analysis: { level: "Application", type: "Authentication Issue" },
    localisation: ["{server}", "{users}"],
    symptom:
      "{users}, started anew, is refused by {server} with NOAUTH, again and again; what needs it answers 500. {server} itself is up and healthy, and whoever was connected before is still served.",
    blast: { share: 0.7, says: "reads of home timelines, and composes" },
    signs: {
      service: "{users}",
      failing: [1, 1],
      log: { server: "{users}", says: /NOAUTH/ },
    },
    mitigation: [
      "give the service the new password, or take it away from {server} (`CONFIG SET requirepass ''`); one that starts anew has none: $ npm run server -- --app {app} restart {server} {users}",
    ],
    recovery: "A restart of {users} succeeds, and what needs it answers 200.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
