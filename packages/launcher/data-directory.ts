import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LaunchError } from "./launch-error.ts";
import { type Lock, lockDirectory } from "./lock.ts";
import { endLeftovers } from "./process-record.ts";

/** Who wrote the databases: the two kinds of servers cannot read each other's files. */
export type DatabaseEngine = "embedded" | "mongod";

export interface DataDirectory {
  readonly path: string;
  /** Servers that an earlier start had left running, and that were ended now. */
  readonly leftovers: readonly string[];
  logPath(server: string): string;
  /** Where a database server keeps its files; the directory exists. */
  databasePath(server: string): string;
  close(): void;
}

export interface DataDirectoryRequest {
  readonly path: string;
  readonly app: string;
  readonly version: string;
  /** Left out if no database server is started. */
  readonly engine?: DatabaseEngine;
  /** Drop the databases and logs that are there. */
  readonly fresh: boolean;
}

/** What `faultline.json` says, the file by which a data directory is known. */
interface Format {
  readonly product: "faultline";
  readonly format: number;
  readonly version: string;
  readonly app: string;
  readonly engine?: DatabaseEngine;
}

const formatNow = 1;
const formatFile = "faultline.json";

/**
 * Takes a data directory for this process alone, ends what an earlier start left running in it, and drops its data
 * if asked to. Throws a `LaunchError` if the directory is somebody else's, in use, or of another format.
 */
export async function openDataDirectory(request: DataDirectoryRequest): Promise<DataDirectory> {
  const path = resolve(request.path);
  assertOursOrEmpty(path);
  mkdirSync(path, { recursive: true });
  const lock = lockDirectory(path);
  if (!lock) {
    throw new LaunchError(
      `Another npm start uses the data directory ${path}. Stop it, or choose another: --data-dir <directory> (and --port-base).`,
    );
  }
  try {
    return await prepare(path, request, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function prepare(
  path: string,
  request: DataDirectoryRequest,
  lock: Lock,
): Promise<DataDirectory> {
  const leftovers = await endLeftovers(path);
  if (request.fresh) {
    for (const folder of ["databases", "logs"])
      rmSync(join(path, folder), { recursive: true, force: true });
  }
  const before = request.fresh ? undefined : readFormat(path);
  if (before) assertReadable(path, before, request);
  writeFormat(path, request, before);
  mkdirSync(join(path, "logs"), { recursive: true });
  return {
    path,
    leftovers,
    logPath: (server) => join(path, "logs", `${server}.log`),
    databasePath(server) {
      const folder = join(path, "databases", server);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    close: () => lock.release(),
  };
}

/** `--fresh` deletes, so even it does not touch a directory that is not known to be a data directory. */
function assertOursOrEmpty(path: string): void {
  if (!existsSync(path) || existsSync(join(path, formatFile))) return;
  const others = readdirSync(path).filter((name) => !name.startsWith("lock"));
  if (others.length === 0) return;
  throw new LaunchError(
    `${path} holds files that are not Faultline's (${others.slice(0, 3).join(", ")}). Choose an empty or new directory: --data-dir <directory>.`,
  );
}

function assertReadable(
  path: string,
  { format, version, app, engine }: Format,
  request: DataDirectoryRequest,
) {
  const remedy = "Drop its data with --fresh, or choose another: --data-dir <directory>.";
  if (format !== formatNow) {
    throw new LaunchError(
      `The data in ${path} is of Faultline ${version} (format ${format}); this version reads format ${formatNow}. ${remedy}`,
    );
  }
  if (app !== request.app) {
    throw new LaunchError(
      `The data in ${path} belongs to the application ${app}, not to ${request.app}. ${remedy}`,
    );
  }
  if (engine && request.engine && engine !== request.engine) {
    const writer = { embedded: "the embedded database server", mongod: "a real mongod" };
    throw new LaunchError(
      `The databases in ${path} were written by ${writer[engine]}, which ${writer[request.engine]} cannot read. ${remedy}`,
    );
  }
}

function readFormat(path: string): Format | undefined {
  const file = join(path, formatFile);
  if (!existsSync(file)) return undefined;
  const unreadable = `${file} is damaged. Drop the data with --fresh, or choose another: --data-dir <directory>.`;
  try {
    const format: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isFormat(format)) return format;
  } catch (cause) {
    throw new LaunchError(unreadable, { cause });
  }
  throw new LaunchError(unreadable);
}

function isFormat(value: unknown): value is Format {
  if (typeof value !== "object" || value === null) return false;
  const { product, format, version, app } = value as Partial<Format>;
  return (
    product === "faultline" &&
    typeof format === "number" &&
    [version, app].every((text) => typeof text === "string")
  );
}

function writeFormat(
  path: string,
  request: DataDirectoryRequest,
  before: Format | undefined,
): void {
  const engine = request.engine ?? before?.engine;
  const { app, version } = request;
  const format: Format = {
    product: "faultline",
    format: formatNow,
    version,
    app,
    ...(engine ? { engine } : {}),
  };
  const file = join(path, formatFile);
  const text = `${JSON.stringify(format, undefined, 2)}\n`;
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
