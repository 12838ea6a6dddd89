import { type Code, ServiceError } from "@faultline/rpc/errors";
import type { HttpAnswer } from "@faultline/rpc/http/route";

const codes: Readonly<Record<number, Code>> = {
  400: "invalidArgument",
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

/** How failures look: a refusal is its own text, anything else a 500 that begins with what was tried. */
export function failuresOf(attempt: string): (error: Error) => HttpAnswer {
  return (error) => {
    if (error instanceof Refusal) return { status: error.status, body: `${error.message}\n` };
    return { status: 500, body: `${attempt}: ${error.message}\n` };
  };
}
