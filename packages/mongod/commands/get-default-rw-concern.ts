import { type Command, onCluster } from "./command.ts";

export const getDefaultRWConcern: Command = {
  help: "What is promised of reads and writes that ask for nothing",
  privileges: onCluster("getDefaultRWConcern"),
  adminOnly: true,
  run: () => ({
    defaultReadConcern: { level: "local" },
    defaultWriteConcern: { w: 1 },
    defaultWriteConcernSource: "implicit",
    defaultReadConcernSource: "implicit",
    ok: 1,
  }),
};
