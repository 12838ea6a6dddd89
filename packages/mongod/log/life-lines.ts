import { hostname, release, type, version } from "node:os";
import type { Document } from "bson";
import type { Log } from "./log.ts";

/** What the first lines of a log tell about a server. */
export type Start = {
  readonly port: number;
  readonly dbPath: string;
  readonly buildInfo: Document;
  /** The options as the command line set them, nested as in a configuration file. */
  readonly options: Document;
  readonly authorization: boolean;
};

const starting = "initandlisten";

/** The lines that mongod begins with. */
export function logStart(log: Log, start: Start): void {
  const { port, dbPath, buildInfo, options, authorization } = start;
  log.write("mongoStarting", starting, {
    pid: process.pid,
    port,
    dbPath,
    architecture: "64-bit",
    host: hostname(),
  });
  log.write("buildInfo", starting, { buildInfo });
  log.write("operatingSystem", starting, {
    os: { name: `${type()} ${release()}`, version: version() },
  });
  log.write("optionsSet", starting, { options });
  if (!authorization) log.write("accessControlOff", starting);
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const signalTexts = { SIGHUP: "Hangup", SIGINT: "Interrupt", SIGTERM: "Terminated" } as const;

export function logSignal(log: Log, signal: keyof typeof signalNumbers): void {
  const attributes = { signal: signalNumbers[signal], error: signalTexts[signal] };
  log.write("signalReceived", "SignalHandler", attributes);
  log.write("willTerminate", "SignalHandler");
}

/** The last lines. */
export function logStopped(log: Log, context: string, exitCode: number): void {
  log.write("nowExiting", context);
  log.write("shuttingDown", context, { exitCode });
}

/** What mongod says when it cannot begin: `name` is its name for the reason. */
export function logStartFailed(log: Log, name: string, reason: string): void {
  log.write("startFailed", starting, { error: `${name}: ${reason}` });
}
