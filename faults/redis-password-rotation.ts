import { randomBytes } from "node:crypto";
import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { configure } from "./redis-settings.ts";
import { restartService } from "./restart-service.ts";
import { eachReplica } from "./targets.ts";
import { redisServer, type Topology } from "./topology.ts";

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
      for (const user of usersOf(topology, server)) await restartService(user, operation);
      return undefined;
    },
    // Whoever did it, and whatever the password is: one that starts anew has none, as planned.
    async recover({ server }, operation) {
      const { driver, signal, topology } = operation;
      await eachReplica(server, operation, ({ name }) => driver.restart(name, signal));
      for (const user of usersOf(topology, server)) await restartService(user, operation);
    },
  },
  facts: {
    analysis: { level: "Application", type: "Authentication Issue" },
    localisation: ["{server}", "home-timeline-service"],
    symptom:
      "home-timeline-service, started anew, is refused by {server} with NOAUTH, again and again; home timelines and composes answer 500. {server} itself is up and healthy, and whoever was connected before is still served.",
    blast: { share: 0.7, says: "reads of home timelines, and composes" },
    signs: {
      service: "home-timeline-service",
      failing: [1, 1],
      log: { server: "home-timeline-service", says: /NOAUTH/ },
    },
    mitigation: [
      "give the service the new password, or take it away from {server} (`CONFIG SET requirepass ''`); one that starts anew has none: $ npm run server -- restart {server} home-timeline-service",
    ],
    recovery: "A restart of home-timeline-service succeeds, and home timelines answer 200.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});

/** The services that use it. */
function usersOf({ services }: Topology, server: string): readonly string[] {
  return Object.entries(services).flatMap(([name, { definition }]) => {
    const redis = definition.stores?.redis;
    return redis && redisServer(redis) === server ? [name] : [];
  });
}
