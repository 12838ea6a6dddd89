import { exact } from "./catalogue-facts.ts";
import { defineFault, type Fault } from "./fault.ts";
import { usersOf } from "./mongo-users.ts";
import { nameOf } from "./parameters.ts";
import { restartService } from "./restart-service.ts";
import { databaseOf } from "./topology.ts";

/** The fault of the original for one of its two databases; `problem` is AIOpsLab's number for it. */
export function userUnregistered(service: string, problem: number): Fault {
  const tasks = ["detection", "localization", "analysis", "mitigation"];
  return defineFault({
    name: `user-unregistered-${service}`,
    summary: "A service's MongoDB user is dropped, and the service is started anew.",
    parameters: { service: nameOf("guarded database", service, "the service whose user it is") },
    onStore: {
      async inject({ service }, operation) {
        await usersOf(operation, service, { asService: false }).drop();
        await restartService(service, operation);
        return undefined;
      },
      async recover({ service }, operation) {
        const users = usersOf(operation, service, { asService: false });
        await users.create(databaseOf(operation.topology, service));
        await restartService(service, operation);
      },
    },
    facts: {
      aiopslab: {
        problems: tasks.map((task) => `user_unregistered_mongodb-${task}-${problem}`),
        level: "Application",
        type: "Network/Storage Issue",
      },
      analysis: {
        level: "Application",
        type: "Authentication Issue",
        because: "the network and the storage are well; the server does not know who asks",
      },
      localisation: ["{database}", "{service}"],
      symptom:
        '/hotels answers 500 Unavailable; {service} is refused at login with 18 AuthenticationFailed and exits with 2, again and again. {database} logs `Authentication failed` (20249) with `UserNotFound: Could not find user "admin" for db "admin"`.',
      blast: { share: 0.6, says: "/hotels" },
      signs: {
        service: "{service}",
        failing: [1, 1],
        log: { server: "{database}", says: /"id":20249/ },
      },
      mitigation: [
        `$ mongosh --port {{database}:port} -u root -p root --authenticationDatabase admin admin --eval 'db.createUser({ user: "admin", pwd: "admin", roles: [{ role: "userAdminAnyDatabase", db: "admin" }, { role: "readWrite", db: "{service}-db" }] })'`,
        "$ npm run server -- --app {app} restart {service}",
      ],
      recovery:
        "{service} stays up and /hotels answers 200; no new line 20249 in the log of {database}.",
      ways: { local: exact, compose: exact, kubernetes: exact },
    },
  });
}
