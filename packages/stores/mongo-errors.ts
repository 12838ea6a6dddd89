import {
  alreadyExists,
  deadlineExceeded,
  internal,
  ServiceError,
  unavailable,
} from "@faultline/rpc/errors";
import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from "mongodb";

/** MongoDB's own numbers of the failures that are told apart here. */
export const serverCodes = {
  unauthorized: 13,
  authenticationFailed: 18,
  maxTimeExpired: 50,
  indexOptionsConflict: 85,
  indexKeySpecsConflict: 86,
  shutdownInProgress: 91,
  exceededTimeLimit: 262,
  notWritablePrimary: 10107,
  duplicateKey: 11000,
  interruptedAtShutdown: 11600,
  interruptedDueToStateChange: 11602,
  notPrimaryNoSecondaryOk: 13435,
} as const;

const unavailableCodes: ReadonlySet<unknown> = new Set([
  serverCodes.unauthorized,
  serverCodes.authenticationFailed,
  serverCodes.shutdownInProgress,
  serverCodes.notWritablePrimary,
  serverCodes.interruptedAtShutdown,
  serverCodes.interruptedDueToStateChange,
  serverCodes.notPrimaryNoSecondaryOk,
]);

const timeoutCodes: ReadonlySet<unknown> = new Set([
  serverCodes.maxTimeExpired,
  serverCodes.exceededTimeLimit,
]);

/** Errors of the driver for a server that is not there (any more); it does not export all their classes. */
const unreachableNames: ReadonlySet<string> = new Set([
  "MongoNotConnectedError",
  "MongoPoolClosedError",
  "MongoServerClosedError",
  "MongoTopologyClosedError",
]);

/** The server's own code behind an error, such as 13 or 18; undefined if no server said anything. */
export function serverCodeOf(error: unknown): number | undefined {
  for (let origin = error; origin instanceof Error; origin = origin.cause) {
    if (origin instanceof MongoServerError && typeof origin.code === "number") return origin.code;
  }
  return undefined;
}

/** No server was there to be asked. */
export function isUnreachable(thrown: unknown): boolean {
  return unwrap(thrown) instanceof MongoServerSelectionError;
}

/** The driver hides what stopped a bulk, even a lost connection, in an error of the bulk. */
function unwrap(thrown: unknown): unknown {
  const inside = thrown instanceof MongoBulkWriteError ? thrown.errorResponse : undefined;
  return inside instanceof Error ? inside : thrown;
}

/** What the driver threw, as a caller shall see it; the original stays as the cause. */
export function toStoreError(error: unknown, peer: string): ServiceError {
  if (error instanceof ServiceError) return error;
  const thrown = unwrap(error);
  const options = { cause: thrown };
  if (thrown instanceof MongoServerError) return fromServer(thrown, peer, options);
  if (isOfSocket(thrown)) return unavailable(`the connection to ${peer} was lost`, options);
  if (!(thrown instanceof MongoError)) return internal(`${peer} could not be asked`, options);
  // Both a silent socket and a full pool say that the answer did not come in time.
  if (/TimeoutError$/.test(thrown.name)) return deadlineExceeded(`${peer} took too long`, options);
  if (thrown instanceof MongoServerSelectionError || unreachableNames.has(thrown.name))
    return unavailable(`${peer} cannot be reached`, options);
  if (thrown instanceof MongoNetworkError)
    return unavailable(`the connection to ${peer} was lost`, options);
  return internal(`${peer} could not be asked`, options);
}

/** A socket's own error; the driver wraps it, unless the socket goes while it is being set up or written to. */
function isOfSocket(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || thrown instanceof MongoError || !("code" in thrown))
    return false;
  return /^(ECONN|EPIPE|ENOTCONN|ERR_STREAM_|ERR_SOCKET_)/.test(String(thrown.code));
}

function fromServer(error: MongoServerError, peer: string, options: ErrorOptions): ServiceError {
  const { code } = error;
  const refusal = `${peer} refused: ${error.codeName ?? "error"} (${code ?? "no code"})`;
  if (code === serverCodes.duplicateKey)
    return alreadyExists(`${peer} has such a document already`, options);
  if (timeoutCodes.has(code)) return deadlineExceeded(`${peer} took too long`, options);
  if (unavailableCodes.has(code) || error.hasErrorLabel("RetryableWriteError"))
    return unavailable(refusal, options);
  return internal(refusal, options);
}
