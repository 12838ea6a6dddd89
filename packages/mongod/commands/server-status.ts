import { hostname } from "node:os";
import { Long } from "bson";
import { limits, version } from "../limits.ts";
import { type Command, onCluster } from "./command.ts";

export const serverStatus: Command = {
  help: "Counters of the running server",
  privileges: onCluster("serverStatus"),
  run({ instance }) {
    const { counters, cursors, sessions } = instance;
    const uptimeMs = Date.now() - instance.startedAt.getTime();
    const megabyte = 1_048_576;
    const memory = process.memoryUsage.rss();
    return {
      host: `${hostname()}:${instance.port}`,
      version: version.text,
      process: "mongod",
      service: [],
      pid: Long.fromNumber(process.pid),
      uptime: Math.floor(uptimeMs / 1000),
      uptimeMillis: Long.fromNumber(uptimeMs),
      uptimeEstimate: Long.fromNumber(Math.floor(uptimeMs / 1000)),
      localTime: new Date(),
      asserts: { regular: 0, warning: 0, msg: 0, user: 0, tripwire: 0, rollovers: 0 },
      connections: {
        current: counters.connectionsCurrent,
        available: limits.maxConnections - counters.connectionsCurrent,
        totalCreated: counters.connectionsCreated,
        rejected: counters.connectionsRejected,
        active: instance.operations.list().length,
      },
      logicalSessionRecordCache: { activeSessionsCount: sessions.count },
      mem: { bits: 64, resident: Math.round(memory / megabyte), virtual: 0, supported: true },
      metrics: {
        cursor: {
          timedOut: Long.fromNumber(cursors.timedOut),
          open: { total: Long.fromNumber(cursors.count) },
        },
      },
      network: {
        bytesIn: Long.fromNumber(counters.bytesIn),
        bytesOut: Long.fromNumber(counters.bytesOut),
        numRequests: Long.fromNumber(counters.requests),
      },
      opcounters: { ...counters.operations },
      security: { authentication: { saslSupportedMechs: ["SCRAM-SHA-1", "SCRAM-SHA-256"] } },
      storageEngine: {
        name: instance.storageEngine,
        supportsCommittedReads: false,
        persistent: instance.storageEngine !== "inMemory",
        readOnly: false,
      },
      ok: 1,
    };
  },
};
