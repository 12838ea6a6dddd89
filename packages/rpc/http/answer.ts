import type { ServerResponse } from "node:http";
import { cutOffAfter } from "./answered.ts";
import { keepFromOthers } from "./cross-origin.ts";
import { jsonText, jsonType } from "./json.ts";
import type { HttpAnswer } from "./route.ts";

/** A failure told in plain text, in the manner of Go's `http.Error`. */
export function textAnswer(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return { status, headers, body: `${text}\n` };
}

/**
 * Sends an answer: text and bytes as they are, anything else as JSON. A HEAD gets the headers only. `common` are
 * headers that other answers have too; they come by `lowerCased`.
 */
export function sendAnswer(
  response: ServerResponse,
  { status = 200, headers, body, sendMs }: HttpAnswer,
  common?: Readonly<Record<string, string>>,
): void {
  // Headers and a text leave in one piece, which bytes would not.
  const sent =
    typeof body === "string" || body instanceof Uint8Array ? body : `${jsonText(body)}\n`;
  const length = Buffer.byteLength(sent);
  if (sendMs !== undefined) cutOffAfter(response, sendMs);
  keepFromOthers(response, status);
  response.writeHead(status, {
    "content-type": typeOf(body),
    ...(status >= 400 ? { "x-content-type-options": "nosniff" } : undefined),
    "content-length": length,
    ...common,
    ...(headers && lowerCased(headers)),
  });
  if (response.req.method === "HEAD") response.end();
  // Plain ASCII, as nearly all is, need not be converted on its way.
  else if (typeof sent === "string" && sent.length === length) response.end(sent, "latin1");
  else response.end(sent);
}

function typeOf(body: unknown): string {
  if (typeof body === "string") return "text/plain; charset=utf-8";
  if (body instanceof Uint8Array) return "application/octet-stream";
  return jsonType;
}

/** The headers under names that are compared as they are. */
export function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
