import { field, optionalNumber } from "../arguments.ts";
import { type Command, onDatabase } from "./command.ts";

export const dbStats: Command = {
  help: "How much a database holds",
  privileges: onDatabase("dbStats"),
  run({ db, body, instance }) {
    const scale = optionalNumber(field(body, "scale", "dbStats")) ?? 1;
    const collections = instance.catalog.inDatabase(db);
    const objects = collections.reduce((sum, { count }) => sum + count, 0);
    const bytes = collections.reduce((sum, { dataSize }) => sum + dataSize, 0);
    return {
      db,
      collections: collections.length,
      views: 0,
      objects,
      avgObjSize: objects > 0 ? bytes / objects : 0,
      dataSize: bytes / scale,
      storageSize: bytes / scale,
      indexes: collections.reduce((sum, { indexes }) => sum + indexes.length, 0),
      indexSize: 0,
      totalSize: bytes / scale,
      scaleFactor: scale,
      fsUsedSize: 0,
      fsTotalSize: 0,
      ok: 1,
    };
  },
};
