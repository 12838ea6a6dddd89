import { MongoError } from "../errors.ts";
import { type Command, onCluster } from "./command.ts";

export const replSetGetStatus: Command = {
  help: "Refused: the server is no member of a replica set",
  privileges: onCluster("replSetGetStatus"),
  adminOnly: true,
  run() {
    throw new MongoError("NoReplicationEnabled", "not running with --replSet");
  },
};
