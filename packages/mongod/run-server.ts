import { type Flags, parseFlags, usage } from "./flags.ts";
import { limits, version } from "./limits.ts";
import { type Log, openLog } from "./log/log.ts";
import { type Server, startServer } from "./server.ts";
import type { Storage } from "./storage.ts";
import { readTlsSettings, type TlsMisconfigured, type TlsSettings } from "./tls/settings.ts";

/** mongod's exit codes, for those who restart it. */
const exitCodes = { badOptions: 2, portInUse: 48, uncaught: 14, dbpath: 100, failed: 1 } as const;

/** Runs a server with mongod's flags until a signal or a client ends it; then exits. */
export async function runServer(argv: readonly string[]): Promise<void> {
  const flags = readFlags(argv);
  const log = await openLog({
    ...(flags.logpath === undefined ? {} : { path: flags.logpath }),
    append: flags.logappend,
    quiet: flags.quiet,
  });
  const exit = async (code: number): Promise<never> => {
    log.write("nowExiting", "initandlisten");
    log.write("shuttingDown", "initandlisten", { exitCode: code });
    await log.close();
    process.exit(code);
  };
  logStart(log, { flags, argv });
  const tls = readTls(flags);
  if ("error" in tls) {
    logTlsFailure(log, tls.error);
    return exit(exitCodes.failed);
  }
  const storage = await openStorage(flags, log);
  if (!storage) return exit(exitCodes.dbpath);
  try {
    const server = await startServer(
      options(flags, { argv, storage, log, tls: tls.settings, stop: (reason) => stop(reason) }),
    );
    const stop = once(async (reason: string) => {
      log.write(reason === "command" ? "shutdownCommand" : "willTerminate", reason);
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

function logStart(log: Log, { flags, argv }: { flags: Flags; argv: readonly string[] }): void {
  log.write("mongoStarting", "initandlisten", {
    pid: process.pid,
    port: flags.port,
    dbPath: flags.dbpath,
    architecture: "64-bit",
    host: "localhost",
  });
  log.write("buildInfo", "initandlisten", {
    buildInfo: { version: version.text, environment: { target_arch: process.arch } },
  });
  log.write("optionsSet", "initandlisten", { options: { argv } });
  if (!flags.auth) log.write("accessControlOff", "initandlisten");
}

function readTls(flags: Flags): { settings: TlsSettings } | { error: TlsMisconfigured } {
  try {
    return { settings: readTlsSettings(flags.tls) };
  } catch (error) {
    if (error instanceof Error && error.name === "TlsMisconfigured")
      return { error: error as TlsMisconfigured };
    throw error;
  }
}

function logTlsFailure(log: Log, error: TlsMisconfigured): void {
  if (error.isExpired) log.write("certificateExpired", "main", { ...error.validity });
  log.write("initializationFailed", "main", {
    error: { code: error.code, codeName: error.codeName, errmsg: error.message },
  });
}

/** The engine is loaded when it is known which. Undefined, and logged, if the directory is refused. */
async function openStorage(flags: Flags, log: Log): Promise<Storage | undefined> {
  if (flags.storageEngine === "inMemory") {
    const { createMemoryStorage } = await import("./storage/memory.ts");
    return createMemoryStorage();
  }
  try {
    const { openFileStorage } = await import("./storage/file.ts");
    return openFileStorage({ dbpath: flags.dbpath });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.write("startFailed", "initandlisten", { error: `DBPathInUse: ${reason}` });
    return undefined;
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
    commandLine: { argv: ["mongod", ...argv], parsed: flags.parsed },
    onShutdownRequest: () => stop("command"),
  };
}

function listenForSignals(
  log: Log,
  { stop }: { server: Server; stop: (reason: string) => Promise<void> },
): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      log.write("signalReceived", "SignalHandler", {
        signal: signal === "SIGINT" ? 2 : 15,
        error: signal,
      });
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
