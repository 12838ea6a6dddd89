import { randomBytes, timingSafeEqual } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { type Route, type RouteContext, type Running, routes } from "./control-routes.ts";
import type { DataDirectory } from "./data-directory.ts";
import { RequestError } from "./request-error.ts";
import { RecentTraces } from "./traces/recent-traces.ts";

/** The launcher's own HTTP API, for the console, for operators and for scripts. */
export interface Control {
  readonly url: string;
  /** Answers for this application from now on; before, only traces are taken. */
  attach(running: Running): void;
  close(): Promise<void>;
}

export interface ControlSettings {
  readonly dataDirectory: Pick<DataDirectory, "path">;
  /** The wanted port; any free one if it is taken. */
  readonly port: number;
}

const bodyMaxBytes = 4 * 1_048_576;
const connectionsMax = 256;

interface Serving {
  readonly token: string;
  readonly traces: RecentTraces;
  running: Running | undefined;
}

/**
 * Serves on the loopback interface. A page of another site cannot reach it, as every request must name this very
 * host and may come from no other origin. Calls that change something want the token in the data directory's
 * `control-token`; `control.json` beside it says where this is. The caller closes it.
 */
export async function serveControl({ dataDirectory, port }: ControlSettings): Promise<Control> {
  const token = randomBytes(24).toString("base64url");
  const serving: Serving = { token, traces: new RecentTraces(), running: undefined };
  const server = createServer((request, response) => void answer(request, response, serving));
  server.requestTimeout = 10_000;
  server.maxConnections = connectionsMax;
  const url = `http://127.0.0.1:${await listen(server, port)}`;
  const [tokenFile, urlFile] = ["control-token", "control.json"].map((name) =>
    join(dataDirectory.path, name),
  );
  write(tokenFile, `${token}\n`);
  write(urlFile, `${JSON.stringify({ url, pid: process.pid })}\n`);
  return {
    url,
    attach(running) {
      serving.running = running;
    },
    async close() {
      for (const file of [tokenFile, urlFile]) rmSync(file ?? "", { force: true });
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function write(file: string | undefined, content: string): void {
  // Replaced, not overwritten: an older file may be readable by others.
  rmSync(file ?? "", { force: true });
  writeFileSync(file ?? "", content, { mode: 0o600 });
}

function listen(server: Server, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("listening", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : wanted);
    });
    server.once("error", () => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1");
    });
    server.listen(wanted, "127.0.0.1");
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, serving: Serving) {
  try {
    reply(response, 200, await result(request, serving));
  } catch (error) {
    if (error instanceof Refusal) reply(response, error.status, { error: error.message });
    else if (error instanceof RequestError) reply(response, error.status, { error: error.message });
    else reply(response, 500, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** Whoever asks may not. */
class Refusal extends Error {
  readonly status: 401 | 403;

  constructor(status: Refusal["status"], message: string) {
    super(message);
    this.status = status;
  }
}

async function result(request: IncomingMessage, serving: Serving): Promise<unknown> {
  if (!isFromHere(request)) throw new Refusal(403, "not from this host");
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const { route, parameters } = routeOf(`${request.method} ${pathname}`);
  if (route.guarded && !isAllowed(request, serving.token)) {
    throw new Refusal(401, "this wants the token of the data directory's control-token");
  }
  const context: RouteContext = {
    running() {
      if (serving.running) return serving.running;
      throw new RequestError(503, "the application is not being started yet");
    },
    ...{ traces: serving.traces, parameters, query: searchParams },
    body: request.method === "GET" ? undefined : await bodyOf(request),
  };
  return route.answer(context);
}

function routeOf(name: string): { route: Route; parameters: Record<string, string> } {
  for (const [pattern, route] of Object.entries(routes)) {
    const expression = pattern.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)");
    const found = new RegExp(`^${expression}$`).exec(name);
    if (found) return { route, parameters: decoded(found.groups ?? {}) };
  }
  const open = Object.entries(routes).filter(([, { guarded }]) => !guarded);
  throw new RequestError(404, `anybody may ask for ${open.map(([route]) => route).join(", ")}`);
}

function decoded(segments: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(segments).map(([name, segment]) => [name, decodeURIComponent(segment)]),
    );
  } catch (cause) {
    throw new RequestError(400, `the path cannot be read: ${cause}`);
  }
}

/** A name that another site's page was led here by is not ours, and its origin is not either. */
function isFromHere({ headers, socket }: IncomingMessage): boolean {
  const hosts = ["127.0.0.1", "localhost"].map((host) => `${host}:${socket.localPort}`);
  if (!hosts.includes(headers.host ?? "")) return false;
  return (
    headers.origin === undefined || hosts.map((host) => `http://${host}`).includes(headers.origin)
  );
}

function isAllowed({ headers }: IncomingMessage, token: string): boolean {
  const [given, wanted] = [headers.authorization ?? "", `Bearer ${token}`].map((text) =>
    Buffer.from(text),
  );
  return given !== undefined && wanted !== undefined && isSame(given, wanted);
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The body as JSON, which it must be: a form of another site's page cannot send that unasked. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    // What is too much is read and dropped: whoever sends it hears the answer only then.
    if (bytes <= bodyMaxBytes) chunks.push(chunk);
  }
  if (bytes > bodyMaxBytes) throw new RequestError(413, `a body has ${bodyMaxBytes} bytes at most`);
  if (bytes === 0) return undefined;
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    throw new RequestError(415, "the body must be application/json");
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (cause) {
    throw new RequestError(400, `the body is no JSON: ${cause}`);
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}
