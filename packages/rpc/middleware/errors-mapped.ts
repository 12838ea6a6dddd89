import type { Middleware } from "../call.ts";
import { toServiceError } from "../errors.ts";

/** Lets nothing but a `ServiceError` through. Innermost, so that every other layer sees what the caller will. */
export const errorsMapped: Middleware = async (call, next) => {
  try {
    return await next(call);
  } catch (thrown) {
    throw toServiceError(thrown);
  }
};
