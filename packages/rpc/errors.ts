/** The closed list of failure codes, with gRPC's numbers and spelling. */
export const codes = {
  canceled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

export type Code = keyof typeof codes;

const names = new Map<number, Code>();
for (const [name, number] of Object.entries(codes)) names.set(number, name as Code);

/** The code with gRPC's number; `unknown` for numbers that gRPC does not have. */
export function codeOf(number: number): Code {
  return names.get(number) ?? "unknown";
}

/** The code as gRPC's protocol spells it: `DEADLINE_EXCEEDED`, with the protocol's two Ls in `CANCELLED`. */
export function protocolName(code: Code): string {
  if (code === "canceled") return "CANCELLED";
  return code.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** What else may be said of a failure. */
export interface ServiceErrorOptions extends ErrorOptions {
  /** The number that the contract has for this failure, if it is one of the contract's own exceptions. */
  readonly exceptionCode?: number | undefined;
}

/** The one error type of handlers and clients. Transports map its code; its message may be shown to a client. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: Code;
  /** Set if the failure is an exception that the contract declares; transports of such contracts keep it. */
  readonly exceptionCode: number | undefined;

  constructor(code: Code, message: string, options?: ServiceErrorOptions) {
    super(message, options);
    this.code = code;
    this.exceptionCode = options?.exceptionCode;
  }

  /** The name of the code as gRPC's Go texts spell it: `Unavailable`, `InvalidArgument`. */
  get codeName(): string {
    return this.code.charAt(0).toUpperCase() + this.code.slice(1);
  }
}

const make = (code: Code) => (message: string, options?: ErrorOptions) =>
  new ServiceError(code, message, options);

export const canceled = make("canceled");
export const invalidArgument = make("invalidArgument");
export const deadlineExceeded = make("deadlineExceeded");
export const notFound = make("notFound");
export const alreadyExists = make("alreadyExists");
export const permissionDenied = make("permissionDenied");
export const exhausted = make("resourceExhausted");
export const aborted = make("aborted");
export const dataLoss = make("dataLoss");
export const outOfRange = make("outOfRange");
export const unknown = make("unknown");
export const failedPrecondition = make("failedPrecondition");
export const unimplemented = make("unimplemented");
export const internal = make("internal");
export const unavailable = make("unavailable");
export const unauthenticated = make("unauthenticated");

/**
 * Turns anything thrown into a `ServiceError`: an abort into the reason of the abort (`canceled` or
 * `deadlineExceeded`), what is not ours into `internal`. The thrown error stays as the cause.
 */
export function toServiceError(thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  if (!(thrown instanceof Error)) return internal(String(thrown));
  if (thrown.name === "TimeoutError") {
    return deadlineExceeded("context deadline exceeded", { cause: thrown });
  }
  if (thrown.name === "AbortError") {
    // The platform's own functions reject with an abort whose cause is the signal's reason.
    const { cause } = thrown;
    if (cause instanceof Error && cause.name !== "AbortError") return toServiceError(cause);
    return canceled("context canceled", { cause: thrown });
  }
  return internal(thrown.message, { cause: thrown });
}
