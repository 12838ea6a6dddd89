import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { LaunchError } from "./launch-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What this machine has to offer. */
export interface Machine {
  readonly node: string;
  readonly memcached: string;
  readonly redis: string;
  /** A real MongoDB server, if there is one. */
  readonly mongod?: string;
  /** Starts a program that the kernel ends when this process has ended, whatever ended it. Linux only. */
  readonly setpriv?: string;
  readonly isRoot: boolean;
  readonly environment: Environment;
}

/** Looks around. `mongod` is a path that somebody asked for instead of the one on `PATH`. */
export function lookAround(environment: Environment, mongod: string | undefined): Machine {
  const found = mongod ?? find("mongod", environment);
  if (mongod !== undefined && !isExecutable(mongod)) {
    throw new LaunchError(`--mongod ${mongod} is not a program that can be run.`);
  }
  const setpriv = process.platform === "linux" ? find("setpriv", environment) : undefined;
  return {
    node: process.execPath,
    memcached: find("memcached", environment) ?? "memcached",
    redis: find("redis-server", environment) ?? "redis-server",
    ...(found ? { mongod: found } : {}),
    ...(setpriv ? { setpriv } : {}),
    isRoot: process.getuid?.() === 0,
    environment,
  };
}

/** Daemons live in folders that an ordinary user's `PATH` may leave out. */
function find(program: string, environment: Environment): string | undefined {
  const folders = (environment.PATH ?? "").split(delimiter).concat("/usr/sbin", "/usr/local/sbin");
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: either way it cannot be run.
    return false;
  }
}
