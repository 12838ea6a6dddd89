import { destination, pino, stdTimeFunctions } from "pino";

/** A log line is an event: a constant message, and fields with the same names everywhere. Never a secret. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** A logger whose lines all carry the given fields. */
  child(fields: Record<string, unknown>): Logger;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Fields of every line, such as the service's name. */
  readonly fields?: Record<string, unknown>;
  /** File descriptor to write to; standard output if absent. */
  readonly fd?: number;
}

/** Lines that a slow reader has not taken yet; more are dropped rather than held. */
const bufferedBytesMax = 1_048_576;

/** Writes JSON lines without ever waiting for the reader; `flush` writes what is still buffered. */
export function createLogger(options: LoggerOptions): { log: Logger; flush(): void } {
  const stream = destination({
    fd: options.fd ?? 1,
    sync: false,
    maxLength: bufferedBytesMax,
  });
  stream.on("error", () => {
    // The reader has gone: there is nobody left to tell, and the service must not fall with it.
  });
  const root = pino(
    {
      level: options.level,
      base: options.fields ?? {},
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return { log: wrap(root), flush: () => flushNow(stream) };
}

type PinoLogger = Pick<ReturnType<typeof pino>, LogLevel | "child">;

function wrap(logger: PinoLogger): Logger {
  return {
    debug: (message, fields = {}) => logger.debug(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(fields)),
  };
}

function flushNow(stream: { flushSync(): void }): void {
  try {
    stream.flushSync();
  } catch {
    // Not opened yet or already closed: no line is waiting.
  }
}

const nothing = () => {};

/** A logger that drops everything, for tests and tools. */
export const silent: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silent,
};
