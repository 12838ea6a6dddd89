import { exact } from "./catalogue-facts.ts";
import { defineFault, type Fault, type Operation } from "./fault.ts";
import { usersOf } from "./mongo-users.ts";
import { nameOf } from "./parameters.ts";
import { restartCache, restartService } from "./restart-service.ts";
import { databaseOf } from "./topology.ts";

/** The fault of the original for one of its two databases; `problem` is AIOpsLab's number for it. */
export function revokeAuth(service: string, problem: number): Fault {
  const tasks = ["detection", "localization", "analysis", "mitigation"];
  return defineFault({
    name: `revoke-auth-${service}`,
    summary:
      "A service's MongoDB user loses the right to read and write its database, and the service is started anew.",
    parameters: { service: nameOf("guarded database", service, "the service whose user it is") },
    onStore: {
      inject: ({ service }, operation) => change(service, operation, false),
      recover: async ({ service }, operation) => change(service, operation, true),
    },
    facts: {
      aiopslab: {
        problems: tasks.map((task) => `revoke_auth_mongodb-${task}-${problem}`),
        level: "Application",
        type: "Authentication Issue",
      },
      analysis: { level: "Application", type: "Authentication Issue" },
      localisation: ["{database}", "{service}"],
      symptom:
        "/hotels answers 500 Unavailable; {service} logs in, its first command is refused with 13 Unauthorized, and it exits with 1, again and again. {database} logs `Checking authorization failed` (20436) behind a successful authentication.",
      blast: { share: 0.6, says: "/hotels" },
      signs: {
        service: "{service}",
        failing: [1, 1],
        log: { server: "{database}", says: /"id":20436/ },
      },
      mitigation: [
        `$ mongosh --port {{database}:port} -u admin -p admin --authenticationDatabase admin admin --eval 'db.grantRolesToUser("admin", [{ role: "readWrite", db: "{service}-db" }])'`,
        "$ npm run server -- --app {app} restart {service}",
      ],
      recovery:
        "{service} stays up and /hotels answers 200; no new line 20436 in the log of {database}.",
      ways: { local: exact, compose: exact, kubernetes: exact },
    },
  });
}

/** As in the original, with the cache: what was read before would hide that nothing can be read. */
async function change(service: string, operation: Operation, may: boolean): Promise<undefined> {
  const users = usersOf(operation, service, { asService: true });
  await users.setReadWrite(databaseOf(operation.topology, service), may);
  if (!may) await restartCache(service, operation);
  await restartService(service, operation);
  return undefined;
}
