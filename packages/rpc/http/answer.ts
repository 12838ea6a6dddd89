import type { ServerResponse } from "node:http";
import type { HttpAnswer } from "./route.ts";

const escapes: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** JSON on one line, safe to paste into a page, ended by a newline. */
export function jsonLine(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  return `${json.replaceAll(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? character)}\n`;
}

/** A failure told in plain text, in the manner of Go's `http.Error`. */
export function textAnswer(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return { status, headers, body: `${text}\n` };
}

/** Sends an answer: text as it is, anything else as JSON. A HEAD gets the headers only. */
export function sendAnswer(
  response: ServerResponse,
  answer: HttpAnswer,
  common: Readonly<Record<string, string>> = {},
): void {
  const status = answer.status ?? 200;
  const isText = typeof answer.body === "string";
  const body = Buffer.from(isText ? String(answer.body) : jsonLine(answer.body));
  response.writeHead(status, {
    "content-type": isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8",
    ...(status >= 400 ? { "x-content-type-options": "nosniff" } : {}),
    "content-length": body.byteLength,
    ...lowerCased(common),
    ...lowerCased(answer.headers ?? {}),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
