import { join } from "node:path";
import { mongodTlsFlags } from "@faultline/faults/mongod-tls";
import { nodeEnvironment, storeEnvironment } from "./environment.ts";
import type { Machine } from "./machine.ts";
import { root } from "./root.ts";
import type { CommandLine } from "./server-plan.ts";
import type { StoreTls } from "./store-tls.ts";

export { mongodTlsFlags };

const memcachedMegabytes = 64;
const memcachedConnectionsMax = 1_024;

/** Small heaps for small processes: an idle one stays small, and a loaded one collects sooner instead of growing. */
const nodeFlags = ["--max-semi-space-size=4", "--max-old-space-size=256", "--v8-pool-size=1"];

/**
 * For one process that does the work of ten; it costs 14 MB and saves a sixth of its CPU. The nearer the heap's limit, the
 * less it may grow between two collections. A later flag wins.
 */
export const largeHeap = ["--max-semi-space-size=16", "--max-old-space-size=1024"];

/** A cache that never outgrows its memory, as in the original deployment. */
export function memcachedCommand({ memcached, environment }: Machine, port: number): CommandLine {
  return {
    program: memcached,
    args: [
      ...["-l", "127.0.0.1", "-p", `${port}`, "-U", "0", "-u", "nobody", "-t", "2"],
      ...["-m", `${memcachedMegabytes}`, "-c", `${memcachedConnectionsMax}`],
    ],
    env: storeEnvironment(environment),
    unprivileged: true,
  };
}

/**
 * A Redis that loses nothing that it has answered when its process dies, and at most a second when the machine does:
 * what it holds can be made again from MongoDB, so waiting for the disk at each write would buy nothing. It never
 * forgets for want of memory, as a list with a hole looks like a whole one; it refuses to take more instead.
 */
export const redisFlags = [
  ...["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""],
  ...["--maxmemory", "256mb", "--maxmemory-policy", "noeviction"],
];

export interface RedisServer {
  readonly port: number;
  readonly directory: string;
  /** It speaks TLS and nothing else. */
  readonly tls?: Pick<StoreTls, "caFile" | "serverFile"> | undefined;
}

/** It speaks TLS on its one port, and asks no certificate of its clients. */
export function redisTlsFlags(
  port: number,
  { caFile, serverFile }: Pick<StoreTls, "caFile" | "serverFile">,
): readonly string[] {
  return [
    ...["--port", "0", "--tls-port", `${port}`, "--tls-auth-clients", "no"],
    ...["--tls-cert-file", serverFile, "--tls-key-file", serverFile, "--tls-ca-cert-file", caFile],
  ];
}

/** The Redis of a service; its files are in the directory. */
export function redisCommand(
  { redis, environment }: Machine,
  { port, directory, tls }: RedisServer,
): CommandLine {
  const listening = tls ? redisTlsFlags(port, tls) : ["--port", `${port}`];
  return {
    program: redis,
    args: [...listening, "--bind", "127.0.0.1", "--dir", directory, ...redisFlags],
    // It brings its own allocator, which takes one arena for the one thread that answers.
    env: storeEnvironment(environment),
  };
}

export interface DatabaseServer {
  readonly port: number;
  readonly dbpath: string;
  readonly auth: boolean;
  readonly tls?: Pick<StoreTls, "mongo" | "caFile" | "serverFile"> | undefined;
}

/** The real server if there is one, else ours: they take the same arguments. */
export function mongodCommand(
  machine: Machine,
  { port, dbpath, auth, tls }: DatabaseServer,
): CommandLine {
  const { mongod, environment } = machine;
  const args = [
    ...["--port", `${port}`, "--bind_ip", "127.0.0.1", "--dbpath", dbpath, "--quiet"],
    ...(auth ? ["--auth"] : []),
    ...(tls ? mongodTlsFlags({ ...tls, mode: tls.mongo }) : []),
  ];
  if (!mongod) return nodeCommand(machine, "packages/mongod/bin/mongod.mjs", args);
  // Eight servers would otherwise each take half of the machine's memory for their cache.
  const small = ["--wiredTigerCacheSizeGB", "0.25"];
  return { program: mongod, args: [...args, ...small], env: storeEnvironment(environment) };
}

/** A program of this repository, run as it stands in its source. `file` is relative to the root. */
export function nodeCommand(
  { node, environment }: Machine,
  file: string,
  args: readonly string[] = [],
  moreFlags: readonly string[] = [],
): CommandLine {
  return {
    program: node,
    args: [...nodeFlags, ...moreFlags, join(root, file), ...args],
    env: nodeEnvironment(environment),
  };
}
