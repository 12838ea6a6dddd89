import { toServiceError } from "@faultline/rpc/errors";
import type { HttpAnswer } from "@faultline/rpc/http/route";
import { BadRequest } from "./parameters.ts";

export const badLogin = "Failed. Please check your username and password. ";

/** An answer that says how it went, in words that clients know. */
export function message(text: string): HttpAnswer {
  return { body: { message: text } };
}

/** What a failure looks like to a client: a 400 says what to put right, a 500 what failed behind the door. */
export function renderError(error: Error): HttpAnswer {
  if (error instanceof BadRequest) return { status: 400, body: `${error.message}\n` };
  const failure = toServiceError(error);
  return {
    status: 500,
    body: `rpc error: code = ${failure.codeName} desc = ${failure.message}\n`,
  };
}
