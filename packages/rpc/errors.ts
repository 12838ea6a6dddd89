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

/** The one error type of handlers and clients. Transports map its code; its message may be shown to a client. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
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
export const failedPrecondition = make("failedPrecondition");
export const unimplemented = make("unimplemented");
export const internal = make("internal");
export const unavailable = make("unavailable");
export const unauthenticated = make("unauthenticated");

/** Turns anything thrown into a `ServiceError`; what is not one already becomes `internal`, or `canceled`/`deadlineExceeded` for aborts. */
export function toServiceError(thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  if (thrown instanceof Error) {
    if (thrown.name === "TimeoutError")
      return deadlineExceeded("context deadline exceeded", { cause: thrown });
    if (thrown.name === "AbortError") return canceled("context canceled", { cause: thrown });
    return internal(thrown.message, { cause: thrown });
  }
  return internal(String(thrown));
}
