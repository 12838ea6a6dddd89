import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Child, ChildState, Exit } from "./child.ts";
import type { Launch } from "./launch.ts";
import type { ServerKind } from "./server-plan.ts";

/** What `GET /api/status` answers. */
export interface Status {
  readonly app: string;
  readonly startedAtMs: number;
  readonly servers: readonly ServerStatus[];
}

export interface ServerStatus {
  readonly name: string;
  readonly kind: ServerKind;
  readonly state: ChildState;
  readonly url: string;
  readonly port: number;
  readonly metricsPort: number | null;
  readonly pid: number | null;
  readonly restarts: number;
  readonly startedAtMs: number;
  readonly lastExit: Exit | null;
}

/** The launcher's own HTTP API, for the console and for scripts. */
export interface Control {
  readonly url: string;
  close(): Promise<void>;
}

export interface ControlSettings {
  readonly app: string;
  readonly launch: Pick<Launch, "children" | "startedAtMs" | "dataDirectory">;
  /** The wanted port; any free one if it is taken. */
  readonly port: number;
}

type Route = (settings: ControlSettings) => unknown;

const routes: Readonly<Record<string, Route>> = {
  "GET /api/status": statusOf,
};

/**
 * Serves on the loopback interface. A page of another site cannot reach it, as every request must name this very
 * host and may come from no other origin. Calls that change something want the token in `control-token`.
 * The caller closes it.
 */
export async function serveControl(settings: ControlSettings): Promise<Control> {
  const server = createServer((request, response) => answer(request, response, settings));
  server.requestTimeout = 10_000;
  const port = await listen(server, settings.port);
  const tokenFile = join(settings.launch.dataDirectory.path, "control-token");
  writeFileSync(tokenFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
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

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  settings: ControlSettings,
): void {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const name = `${request.method} ${path}`;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (!isFromHere(request)) reply(response, 403, { error: "not from this host" });
  else if (!route) reply(response, 404, { error: `there is only ${Object.keys(routes)}` });
  else reply(response, 200, route(settings));
}

/** A name that another site's page was led here by is not ours, and its origin is not either. */
function isFromHere({ headers, socket }: IncomingMessage): boolean {
  const hosts = ["127.0.0.1", "localhost"].map((host) => `${host}:${socket.localPort}`);
  if (!hosts.includes(headers.host ?? "")) return false;
  return (
    headers.origin === undefined || hosts.map((host) => `http://${host}`).includes(headers.origin)
  );
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}

function statusOf({ app, launch }: ControlSettings): Status {
  const servers = [...launch.children.values()].map(serverStatus);
  return { app, startedAtMs: launch.startedAtMs, servers };
}

function serverStatus({ plan, state, pid, starts, startedAtMs, lastExit }: Child): ServerStatus {
  const { name, kind, url, port, metricsPort } = plan;
  return {
    ...{ name, kind, state, url, port, startedAtMs },
    metricsPort: metricsPort ?? null,
    pid: pid ?? null,
    restarts: Math.max(0, starts - 1),
    lastExit: lastExit ?? null,
  };
}
