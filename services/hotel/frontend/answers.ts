import { toServiceError } from "@faultline/rpc/errors";
import type { HttpAnswer } from "@faultline/rpc/http/route";
import { BadRequest } from "./parameters.ts";

export const badLogin = "Failed. Please check your username and password. ";

/** JSON on one line, ended by a newline, with the characters escaped that the originals escape. */
export function json(value: unknown): HttpAnswer {
  const text = JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped);
  return { headers: { "Content-Type": "application/json" }, body: `${text}\n` };
}

export function message(text: string): HttpAnswer {
  return json({ message: text });
}

/** What a failure looks like to a client: a 400 says what to put right, a 500 what failed behind the door. */
export function renderError(error: Error): HttpAnswer {
  if (error instanceof BadRequest) return plain(400, error.message);
  const failure = toServiceError(error);
  return plain(500, `rpc error: code = ${failure.codeName} desc = ${failure.message}`);
}

function plain(status: number, text: string): HttpAnswer {
  return {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "X-Content-Type-Options": "nosniff",
    },
    body: `${text}\n`,
  };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
