import type { IncomingMessage, ServerResponse } from "node:http";

/** What pages of other origins may do; nobody's cookies are sent with it. */
const allowed = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, OPTIONS",
  "access-control-allow-headers":
    "DNT,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range",
};

const exposed = { ...allowed, "access-control-expose-headers": "Content-Length,Content-Range" };

/** Only answers of these statuses may be read, as nginx adds headers to no others. */
const readable: ReadonlySet<number> = new Set([200, 201, 204, 206, 301, 302, 303, 304, 307, 308]);

/** Answers a browser that asks beforehand; true if this was such a request. */
export function answeredPreflight(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== "OPTIONS") return false;
  response.writeHead(204, {
    ...allowed,
    "access-control-max-age": "1728000",
    "content-type": "text/plain; charset=utf-8",
    "content-length": "0",
  });
  response.end();
  return true;
}

/** Lets pages of other origins read the answer, unless it turns out to be a failure. */
export function letOthersRead(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== "GET" && request.method !== "POST") return;
  for (const [name, value] of Object.entries(exposed)) response.setHeader(name, value);
}

/** Takes that back where the status is one that others may not read. To be called before headers are sent. */
export function keepFromOthers(response: ServerResponse, status: number): void {
  if (readable.has(status) || !response.hasHeader("access-control-expose-headers")) return;
  for (const name of Object.keys(exposed)) response.removeHeader(name);
}
