import { type Command, onCluster } from "./command.ts";

export const top: Command = {
  help: "The collections of the server; how long each was used is not counted",
  privileges: onCluster("top"),
  adminOnly: true,
  run({ instance }) {
    const idle = { total: { time: 0, count: 0 } };
    const namespaces = instance.catalog
      .databases()
      .flatMap((db) => instance.catalog.inDatabase(db).map(({ namespace }) => namespace));
    const totals = Object.fromEntries(namespaces.map((namespace) => [namespace, idle]));
    return { totals: { note: "all times in microseconds", ...totals }, ok: 1 };
  },
};
