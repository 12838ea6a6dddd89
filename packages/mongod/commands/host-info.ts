import { arch, cpus, hostname, release, totalmem, type } from "node:os";
import { type Command, onCluster } from "./command.ts";

export const hostInfo: Command = {
  help: "The machine that the server runs on",
  privileges: onCluster("hostInfo"),
  run() {
    const memSizeMB = Math.floor(totalmem() / 1_048_576);
    return {
      system: {
        currentTime: new Date(),
        hostname: hostname(),
        cpuAddrSize: 64,
        memSizeMB,
        memLimitMB: memSizeMB,
        numCores: cpus().length,
        cpuArch: arch(),
        numaEnabled: false,
      },
      os: { type: type(), name: type(), version: release() },
      extra: {},
      ok: 1,
    };
  },
};
