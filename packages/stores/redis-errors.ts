import {
  deadlineExceeded,
  exhausted,
  internal,
  ServiceError,
  unavailable,
} from "@faultline/rpc/errors";

/** An error that a Redis server answered: its first word is a code, the rest a sentence. */
export class RedisServerError extends Error {
  override readonly name = "RedisServerError";
  /** `OOM`, `NOAUTH`, `WRONGPASS`, `WRONGTYPE`; `ERR` for anything without a code of its own. */
  readonly code: string;

  constructor(reply: string) {
    super(reply);
    this.code = /^[A-Z]+(?= |$)/.exec(reply)?.[0] ?? "ERR";
  }
}

/** Another client, another configuration or a later time would help; the command is all right. */
const unavailableCodes: ReadonlySet<string> = new Set([
  "BUSY",
  "CLUSTERDOWN",
  "LOADING",
  "MASTERDOWN",
  "MISCONF",
  "NOAUTH",
  "NOPERM",
  "NOREPLICAS",
  "READONLY",
  "TRYAGAIN",
  "UNKILLABLE",
  "WRONGPASS",
]);

/** The server's own code behind an error, such as `OOM` or `NOAUTH`; undefined if no server said anything. */
export function redisCodeOf(error: unknown): string | undefined {
  for (let origin = error; origin instanceof Error; origin = origin.cause) {
    if (origin instanceof RedisServerError) return origin.code;
  }
  return undefined;
}

/** What a server answered, as a caller shall see it. Its sentence is the cause: some name what they were asked. */
export function refusedBy(peer: string, cause: RedisServerError): ServiceError {
  const refusal = `${peer} refused: ${cause.code}`;
  if (cause.code === "OOM") return exhausted(refusal, { cause });
  if (unavailableCodes.has(cause.code)) return unavailable(refusal, { cause });
  // The handshake's answer to one connection too many has no code.
  if (cause.message.startsWith("ERR max number of clients")) {
    return unavailable(`${peer} has no connection left`, { cause });
  }
  return internal(refusal, { cause });
}

/** What the driver threw, or a server said, as a caller shall see it; the original stays as the cause. */
export function toRedisError(error: unknown, peer: string): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof RedisServerError) return refusedBy(peer, error);
  if (isLost(error)) return unavailable(`the connection to ${peer} was lost`, { cause: error });
  return unavailable(`${peer} cannot be reached`, { cause: error });
}

export function tooLate(peer: string, timeoutMs: number): ServiceError {
  return deadlineExceeded(`${peer} did not answer within ${timeoutMs} ms`);
}

/** There was a connection: the system says that it broke, or the driver that it was closed. */
function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return code === "ECONNRESET" || code === "EPIPE" || error.message.startsWith("Socket closed");
}
