import { type Code, ServiceError } from "@faultline/rpc/errors";
import type { HttpAnswer } from "@faultline/rpc/http/route";

const codes: Readonly<Record<number, Code>> = {
  400: "invalidArgument",
  401: "unauthenticated",
  403: "permissionDenied",
  404: "notFound",
  413: "outOfRange",
  503: "resourceExhausted",
};

/** A request that the client has to put right, or to send later. Its message is the whole answer. */
export class Refusal extends ServiceError {
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(codes[status] ?? "failedPrecondition", message, options);
    this.status = status;
  }
}

/** A parameter is there, but makes no sense. */
export function badRequest(reason: string, options?: ErrorOptions): Refusal {
  return new Refusal(400, `Invalid arguments: ${reason}`, options);
}

/** A parameter is missing or empty, in the original's words. */
export function incomplete(): Refusal {
  return new Refusal(400, "Incomplete arguments");
}

/**
 * How the failures of a route look: a refusal is its own text; anything else is a 500 that begins with what was
 * tried and ends with what the services said.
 */
export function failuresOf(attempt: string, textType: string): (error: Error) => HttpAnswer {
  const headers = { "content-type": textType };
  return (error) => {
    if (error instanceof Refusal) {
      const { status, message } = error;
      const again = status === 503 ? { "retry-after": "5" } : {};
      return { status, headers: { ...headers, ...again }, body: `${message}\n` };
    }
    return { status: 500, headers, body: `${attempt}: ${error.message}\n` };
  };
}
