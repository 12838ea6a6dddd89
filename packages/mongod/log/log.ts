import { existsSync, statSync } from "node:fs";
import { rename } from "node:fs/promises";
import { type EventName, events } from "./events.ts";
import { type Attributes, localTime, logLine } from "./line.ts";
import { closeLogFile, LogSink, openLogFile } from "./sink.ts";

export type LogOptions = {
  /** Where to; standard output if not given. */
  readonly path?: string;
  /** Keep what the file holds (`--logappend`). Otherwise it is moved aside first. */
  readonly append?: boolean;
  /** What `rotate` does: move the file aside, or open the same name again. */
  readonly rotate?: "rename" | "reopen";
  /** Leave out accepted and ended connections (`--quiet`). */
  readonly quiet?: boolean;
  /** Takes each line instead of a file: for tests, and for a server without a log. */
  readonly toLine?: (line: string) => void;
};

/** The server's log. Writing never blocks, never throws and keeps the order of lines. */
export interface Log {
  /** `context` is who speaks: `initandlisten`, `listener`, `conn7`, `SignalHandler`. */
  write(event: EventName, context: string, attributes?: Attributes | undefined): void;
  /** Leave out accepted and ended connections. */
  quiet: boolean;
  /** Begins a new file (`logRotate`). Without a file it does nothing. */
  rotate(): Promise<void>;
  /** The last lines, oldest first, for the command getLog. */
  recent(which?: "global" | "startupWarnings"): readonly string[];
  /** Writes what waits and closes the file. The log takes no more lines after that. */
  close(): Promise<void>;
  /** For an end of the process that cannot wait: writes what still waits, at once. */
  finishNow(): void;
}

const recentMax = 1_024;

/** Opens the log; throws if the file cannot be opened. The caller closes it. */
export async function openLog(options: LogOptions = {}): Promise<Log> {
  const { path, toLine } = options;
  if (path && !options.append) await moveAside(path);
  let descriptor = path ? openLogFile(path, { append: true }) : process.stdout.fd;
  const sink = new LogSink(descriptor);
  const recent: string[] = [];
  const startupWarnings: string[] = [];

  const emit = (event: EventName, context: string, attributes?: Attributes) => {
    const line = logLine(events[event], { context, now: new Date(), ...given(attributes) });
    remember(recent, line);
    if (events[event].severity === "W" && context === "initandlisten") {
      remember(startupWarnings, line);
    }
    if (toLine) toLine(line);
    else sink.append(line);
  };

  const log: Log = {
    quiet: options.quiet ?? false,
    write(event, context, attributes) {
      if (log.quiet && events[event].chatty) return;
      const dropped = sink.takeDropped();
      if (dropped > 0) emit("linesDropped", "log", { lines: dropped });
      emit(event, context, attributes);
    },
    async rotate() {
      if (!path) return;
      emit("logRotationStarted", "LogRotate", { suffix: suffixNow() });
      if (options.rotate !== "reopen") await moveAside(path);
      const old = descriptor;
      descriptor = openLogFile(path, { append: true });
      await sink.switchTo(descriptor);
      closeLogFile(old);
    },
    recent: (which = "global") => (which === "global" ? recent : startupWarnings),
    async close() {
      await sink.flush();
      sink.finishNow();
      if (path) closeLogFile(descriptor);
    },
    finishNow: () => sink.finishNow(),
  };
  return log;
}

function remember(lines: string[], line: string): void {
  lines.push(line);
  if (lines.length > recentMax) lines.shift();
}

function given(attributes: Attributes | undefined): { attributes?: Attributes } {
  return attributes ? { attributes } : {};
}

/** `mongod.log` becomes `mongod.log.2024-06-01T10-00-00`, as mongod names it. */
async function moveAside(path: string): Promise<void> {
  if (!existsSync(path) || !statSync(path).isFile()) return;

  let target = `${path}.${suffixNow()}`;
  while (existsSync(target)) target += "-1";
  await rename(path, target);
}

function suffixNow(): string {
  return localTime(new Date()).slice(0, 19).replaceAll(":", "-");
}
