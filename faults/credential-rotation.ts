import { randomBytes } from "node:crypto";
import { exact } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { serviceUser, usersOf } from "./mongo-users.ts";
import { count, nameOf } from "./parameters.ts";
import { restartService } from "./restart-service.ts";

export const credentialRotation = defineFault({
  name: "credential-rotation",
  summary:
    "A service's MongoDB user gets a new password that nobody tells the service: what is connected goes on, what connects is refused.",
  parameters: {
    service: nameOf("guarded database", "rate", "the service whose user it is"),
    restarts: count(
      1,
      "how many of its replicas are started anew and meet it at once; 0: it waits for the next connection",
      { max: 64 },
    ),
  },
  variants: { silent: { restarts: 0 } },
  onStore: {
    async inject({ service, restarts }, operation) {
      const password = randomBytes(18).toString("base64url");
      await usersOf(operation, service, { asService: false }).setPassword(password);
      await restartService(service, operation, restarts);
      return undefined;
    },
    async recover({ service }, operation) {
      const users = usersOf(operation, service, { asService: false });
      await users.setPassword(serviceUser.password);
      await restartService(service, operation);
    },
  },
  facts: {
    analysis: { level: "Application", type: "Authentication Issue" },
    localisation: ["{service}", "{database}"],
    symptom:
      "Nothing at first. Each replica of {service} that starts or connects anew is refused with 18 AuthenticationFailed and exits with 2; replicas that stay connected answer on. With one replica /hotels is down from its restart on. {database} logs `Authentication failed` (20249) with `storedKey mismatch`.",
    blast: { share: 0.6, says: "/hotels, in the share of replicas that were started anew" },
    signs: {
      service: "{service}",
      failing: [1, 1],
      log: { server: "{database}", says: /"id":20249/ },
    },
    mitigation: [
      'give {service} the new password, or set the old one again: $ mongosh --port {{database}:port} -u root -p root --authenticationDatabase admin admin --eval \'db.updateUser("admin", { pwd: "admin" })\'',
      "$ npm run server -- --app {app} restart {service}",
    ],
    recovery: "A restart of any replica of {service} succeeds, and /hotels answers 200.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});
