import { createServer } from "node:net";

/** What a port is for; each kind has a block of a thousand above `--port-base`. */
export type PortKind = "service" | "memcached" | "mongod" | "redis" | "control";

const blocks: Readonly<Record<PortKind, number>> = {
  service: 0,
  memcached: 1_000,
  mongod: 2_000,
  redis: 3_000,
  control: 0,
};

/** Where the launcher's own HTTP API listens, unless the ports are shifted. */
export const controlPort = 4_999;

/** Metrics have a port of their own, this far above their service's. */
export const metricsOffset = 10_000;

/** The highest `--port-base` whose metrics ports still exist. */
export const portBaseMax = 52_000;

/** How far apart the replicas of a service try to listen. */
const replicaStep = 100;

/**
 * The port of a server on this machine. Without a base it is the table's own. With one, the last three digits
 * stay: for base 20000, 8083 of a service becomes 20083, of a memcached 21083, of a
 * database 22083, of a Redis 23083.
 */
export function localPort(kind: PortKind, port: number, base: number | undefined): number {
  return base === undefined ? port : base + blocks[kind] + (port % 1_000);
}

/** The first port for replica number `index` that neither `taken` nor anybody on this machine uses. */
export function replicaPort(
  port: number,
  index: number,
  taken: ReadonlySet<number>,
): Promise<number> {
  return nextFreePort(port + index * replicaStep, taken);
}

/** The first port from there on that neither `taken` nor anybody uses, nor the one of its metrics. */
export async function nextFreePort(from: number, taken: ReadonlySet<number>): Promise<number> {
  for (let candidate = from; candidate < 65_536 - metricsOffset; candidate += 1) {
    const metrics = candidate + metricsOffset;
    if (taken.has(candidate) || taken.has(metrics)) continue;
    if ((await isFree(candidate)) && (await isFree(metrics))) return candidate;
  }
  throw new Error(`no free port from ${from} on`);
}

/** Whether a server could listen on that port of the loopback interface now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else reject(error);
    });
    probe.listen({ host: "127.0.0.1", port, exclusive: true }, () =>
      probe.close(() => resolve(true)),
    );
  });
}
