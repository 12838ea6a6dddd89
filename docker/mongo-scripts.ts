import { databaseUser } from "@faultline/launcher/mongo-users";

/** The scripts of a database server with access control, by file name. */
export interface MongoScripts {
  /** Run once, when the database is new. */
  readonly init: ReadonlyMap<string, string>;
  /** Run by hand, to break the access control and to mend it. */
  readonly scripts: ReadonlyMap<string, string>;
}

const rootUser = { name: "root", password: "root" };
const administrator = `{ role: "userAdminAnyDatabase", db: "admin" }`;

/**
 * What the original deployment gives to the database of a service: users `admin` and `root`, and the scripts that
 * revoke and grant the role, and drop and recreate the user. They run with `mongosh` and with the older `mongo`.
 */
export function mongoScripts(service: string, database: string): MongoScripts {
  const { name: admin } = databaseUser;
  const readWrite = `[{ role: "readWrite", db: "${database}" }]`;
  const revoke = `revoke-admin-${service}-mongo.sh`;
  const grant = `revoke-mitigate-admin-${service}-mongo.sh`;
  const remove = "remove-admin-mongo.sh";
  const recreate = `remove-mitigate-admin-${service}-mongo.sh`;
  return {
    init: new Map([
      [
        "create-users.sh",
        script({
          says: `Creates ${admin} and ${rootUser.name}, who administer users and read and write ${database}.`,
          does: [databaseUser, rootUser].flatMap((user) => created(user, readWrite)),
        }),
      ],
    ]),
    scripts: new Map([
      [
        remove,
        script({
          says: `Drops the user ${admin}. ${recreate} creates it again.`,
          as: rootUser,
          does: [`db.dropUser("${admin}");`],
        }),
      ],
      [
        recreate,
        script({
          says: `Creates the user ${admin} again after ${remove}.`,
          as: rootUser,
          does: created(databaseUser, readWrite),
        }),
      ],
      [
        revoke,
        script({
          says: `Takes readWrite on ${database} from the user ${admin}. ${grant} gives it back.`,
          as: databaseUser,
          does: [`db.revokeRolesFromUser("${admin}", ${readWrite});`],
        }),
      ],
      [
        grant,
        script({
          says: `Gives the user ${admin} readWrite on ${database} back after ${revoke}.`,
          as: databaseUser,
          does: [`db.grantRolesToUser("${admin}", ${readWrite});`],
        }),
      ],
    ]),
  };
}

interface User {
  readonly name: string;
  readonly password: string;
}

function created({ name, password }: User, readWrite: string): string[] {
  return [
    `db.createUser({ user: "${name}", pwd: "${password}", roles: [${administrator}] });`,
    `db.grantRolesToUser("${name}", ${readWrite});`,
  ];
}

interface Script {
  readonly says: string;
  readonly as?: User;
  readonly does: readonly string[];
}

/** An init script may be run within the entry point's own shell, so it neither exits nor changes options. */
function script({ says, as, does }: Script): string {
  const login = as
    ? ` --username ${as.name} --password ${as.password} --authenticationDatabase admin`
    : "";
  return [
    "#!/bin/bash",
    `# ${says}`,
    "# Rendered from the application's topology: change docker/mongo-scripts.ts, then npm run render.",
    `"$(command -v mongosh || command -v mongo)" admin --quiet${login} --eval '`,
    ...does.map((line) => `  ${line}`),
    "'",
    "",
  ].join("\n");
}
