import { type Flags, parseFlags, usage } from "./flags.ts";
import { limits, version } from "./limits.ts";
import { logSignal, logStart, logStartFailed, logStopped } from "./log/life-lines.ts";
import { type Log, openLog } from "./log/log.ts";
import { censoredArguments } from "./option-tree.ts";
import { type Server, startServer } from "./server.ts";
import { type Storage, StorageRefused } from "./storage.ts";
import { logMisconfigured } from "./tls/admission-log.ts";
import { readTlsSettings, TlsMisconfigured, type TlsSettings } from "./tls/settings.ts";

/** mongod's exit codes, for those who restart it. */
const exitCodes = { badOptions: 2, portInUse: 48, uncaught: 14, failed: 1 } as const;

/** Runs a server with mongod's flags until a signal or a client ends it; then exits. */
export async function runServer(argv: readonly string[]): Promise<void> {
  const flags = readFlags(argv);
  const log = await openLog({
    ...(flags.logpath === undefined ? {} : { path: flags.logpath }),
    append: flags.logappend,
    rotate: flags.logRotate,
    quiet: flags.quiet,
  });
  const exit = async (code: number): Promise<never> => {
    logStopped(log, "initandlisten", code);
    await log.close();
    process.exit(code);
  };
  process.on("exit", () => log.finishNow());
  logStart(log, {
    port: flags.port,
    dbPath: flags.dbpath,
    buildInfo: { version: version.text, environment: { target_arch: process.arch } },
    options: flags.parsed,
    authorization: flags.auth,
  });
  const tls = readTls(flags);
  if ("error" in tls) {
    logMisconfigured(log, tls.error);
    return exit(exitCodes.failed);
  }
  const storage = await openStorage(flags, log);
  if (storage instanceof StorageRefused) return exit(storage.exitCode);
  try {
    const server = await startServer(
      options(flags, { argv, storage, log, tls: tls.settings, stop: (reason) => stop(reason) }),
    );
    const stop = once(async (reason: string) => {
      if (reason === "command") log.write("shutdownCommand", reason);
      log.write("steppingDown", reason, { waitTimeMillis: 0 });
      await server.close();
      await exit(0);
    });
    if (flags.auth && !server.instance.control.hasUsers)
      log.write("localhostException", "initandlisten");
    listenForSignals(log, { server, stop });
  } catch (error) {
    const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    const reason = error instanceof Error ? error.message : String(error);
    log.write("listenerFailed", "initandlisten", {
      error: {
        code: 9001,
        codeName: "SocketException",
        errmsg: inUse ? "Address already in use" : reason,
      },
    });
    await exit(inUse ? exitCodes.portInUse : exitCodes.uncaught);
  }
}

function readFlags(argv: readonly string[]): Flags {
  try {
    const flags = parseFlags(argv);
    if (flags.help) print(usage);
    if (flags.version) print(`db version v${version.text} (embedded, compatible)`);
    if (flags.help || flags.version) process.exit(0);
    return flags;
  } catch (error) {
    process.stderr.write(
      `Error parsing command line: ${error instanceof Error ? error.message : error}\n`,
    );
    process.stderr.write("try 'mongod --help' for more information\n");
    process.exit(exitCodes.badOptions);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function readTls(flags: Flags): { settings: TlsSettings } | { error: TlsMisconfigured } {
  try {
    return { settings: readTlsSettings(flags.tls) };
  } catch (error) {
    if (error instanceof TlsMisconfigured) return { error };
    throw error;
  }
}

/** The engine is loaded when it is known which. A refused directory is logged and said. */
async function openStorage(flags: Flags, log: Log): Promise<Storage | StorageRefused> {
  if (flags.storageEngine === "inMemory") {
    const { createMemoryStorage } = await import("./storage/memory.ts");
    return createMemoryStorage();
  }
  try {
    const { openFileStorage } = await import("./storage/file.ts");
    return openFileStorage({ dbpath: flags.dbpath });
  } catch (error) {
    if (!(error instanceof StorageRefused)) throw error;
    logStartFailed(log, error.codeName, error.message);
    return error;
  }
}

interface Parts {
  readonly argv: readonly string[];
  readonly storage: Storage;
  readonly log: Log;
  readonly tls: TlsSettings;
  readonly stop: (reason: string) => void;
}

function options(flags: Flags, { argv, storage, log, tls, stop }: Parts) {
  return {
    port: flags.port,
    hosts: flags.hosts,
    storage,
    storageEngine: flags.storageEngine === "inMemory" ? "inMemory" : "sqlite",
    auth: flags.auth,
    tls,
    log,
    maxConnections: flags.maxConns ?? limits.maxConnections,
    slowMs: flags.slowms ?? 100,
    parameters: flags.parameters,
    commandLine: { argv: ["mongod", ...censoredArguments(argv)], parsed: flags.parsed },
    onShutdownRequest: () => stop("command"),
  };
}

function listenForSignals(
  log: Log,
  { stop }: { server: Server; stop: (reason: string) => Promise<void> },
): void {
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      logSignal(log, signal);
      void stop("SignalHandler");
    });
  }
  process.on("SIGUSR1", () => void log.rotate());
}

function once(run: (reason: string) => Promise<void>): (reason: string) => Promise<void> {
  let running: Promise<void> | undefined;
  return (reason) => {
    running ??= run(reason);
    return running;
  };
}
