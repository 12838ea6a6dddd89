/** A log line is an event: a constant message, and fields with the same names everywhere. Never a secret. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** A logger whose lines all carry the given fields. */
  child(fields: Record<string, unknown>): Logger;
}
