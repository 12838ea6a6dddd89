import { type Command, onCluster } from "./command.ts";

export const connPoolStats: Command = {
  help: "The connections that the server has to others: none",
  privileges: onCluster("connPoolStats"),
  run: () => ({
    numClientConnections: 0,
    numAScopedConnections: 0,
    totalInUse: 0,
    totalAvailable: 0,
    totalCreated: 0,
    hosts: {},
    replicaSets: {},
    ok: 1,
  }),
};
