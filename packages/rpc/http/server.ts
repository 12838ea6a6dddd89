import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler, type Express } from "express";
import { AcceptedSockets } from "../accepted-sockets.ts";
import { serverTls, type TlsOptions } from "../tls-options.ts";
import { sendAnswer, textAnswer } from "./answer.ts";
import { announcedBytes, discardBody, hasBody } from "./body.ts";
import { answeredPreflight, letOthersRead } from "./cross-origin.ts";
import { serveFiles } from "./files.ts";
import {
  bodyBytesMax,
  connectionsMax,
  discardedBytesMax,
  headerBytesMax,
  headersTimeoutMs,
  idleTimeoutMs,
  requestTimeoutMs,
} from "./limits.ts";
import type { HttpHandlers } from "./route.ts";
import { type BoundRoutes, bindRoutes, type RoutesOptions } from "./routes.ts";
import { cleanPath, locationOf, parseTarget } from "./target.ts";

export interface HttpServerOptions extends RoutesOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** With it the door speaks HTTPS on the same port. */
  readonly tls?: TlsOptions | undefined;
}

export interface HttpServer {
  readonly port: number;
  /** What `/healthz` answers from now on. A door starts as not serving. */
  setServing(serving: boolean): void;
  /** Takes no more requests, waits for those accepted at most so long, then cuts them off. */
  close(graceMs?: number): Promise<void>;
}

/** Opens a front door: its routes, `/healthz`, and its files. Rejects if the address cannot be bound. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const state = { serving: false, draining: false };
  const answering = new Set<ServerResponse>();
  const broken = lastResort(options);
  const door = {
    routes: bindRoutes(options),
    app: createApp(options, state, broken),
    broken,
    crossOrigin: options.handlers.crossOrigin,
  };
  const server = listenable(options.tls, (request, response) => {
    if (state.draining) response.setHeader("connection", "close");
    answering.add(response);
    response.once("close", () => answering.delete(response));
    arrive(door, request, response);
  });
  const sockets = new AcceptedSockets(server);
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    setServing(serving) {
      state.serving = serving;
    },
    close(graceMs = 0) {
      state.draining = true;
      for (const response of answering) endConnection(response);
      return sockets.close(graceMs);
    },
  };
}

interface Door {
  /** What answers at each path of the contract. */
  readonly routes: BoundRoutes;
  /** Everything else: health and files. */
  readonly app: Express;
  readonly broken: LastResort;
  readonly crossOrigin: HttpHandlers["crossOrigin"];
}

type LastResort = (error: unknown, response: ServerResponse) => void;

/** Brings every form of target to the one that the routes are written in. */
function arrive(
  { routes, app, broken, crossOrigin }: Door,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const target = parseTarget(request.url ?? "");
  if (!target) {
    discardBody(request, bodyBytesMax);
    sendAnswer(response, textAnswer(400, "400 bad request"));
    return;
  }
  const clean = cleanPath(target.path);
  const route = clean === target.path ? routes.at(clean) : undefined;
  const found = route ?? routes.below(clean);
  if (refuseLargeBody(request, response, found?.takesBody === true)) return;
  if (clean !== target.path && !found) {
    const location = locationOf(clean, target.query);
    sendAnswer(response, { status: 301, headers: { location }, body: "" });
    return;
  }
  if (crossOrigin?.(clean)) {
    if (answeredPreflight(request, response)) return;
    letOthersRead(request, response);
  }
  if (found) {
    found.answer(request, response, target).catch((error) => broken(error, response));
    return;
  }
  request.url = locationOf(clean, target.query);
  app(request, response);
}

function createApp(
  options: HttpServerOptions,
  state: { readonly serving: boolean },
  broken: LastResort,
): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag").set("query parser", false);
  app.enable("case sensitive routing").enable("strict routing");
  app.get("/healthz", (_request, response) => {
    sendAnswer(response, state.serving ? textAnswer(200, "ok") : textAnswer(503, "not serving"));
  });
  const { staticFolder, staticFiles } = options.handlers;
  if (staticFolder) app.use(...serveFiles(staticFolder, staticFiles));
  app.use((_request, response) => sendAnswer(response, notFound));
  // Express tells this kind of handler by its four parameters.
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    broken(error, response);
  };
  app.use(onError);
  return app;
}

const notFound = textAnswer(404, "404 page not found");

/** Whatever went wrong outside the routes is answered and logged, and the process goes on. */
function lastResort({ log }: HttpServerOptions): LastResort {
  return (error, response) => {
    const status = statusOf(error);
    if (status >= 500) log.error("request failed", { code: "internal", reason: String(error) });
    if (response.headersSent) response.destroy();
    else sendAnswer(response, status === 404 ? notFound : textAnswer(status, `${status} error`));
  };
}

function statusOf(error: unknown): number {
  const known = typeof error === "object" && error !== null && "status" in error;
  return known && typeof error.status === "number" ? error.status : 500;
}

/**
 * A body that is too large for anybody ends the connection. Where bodies are of no use a small one is read past,
 * and a large one is too large.
 */
function refuseLargeBody(
  request: IncomingMessage,
  response: ServerResponse,
  wanted: boolean,
): boolean {
  if (!hasBody(request)) return false;
  const bytesMax = wanted ? discardedBytesMax : bodyBytesMax;
  if (announcedBytes(request) > bytesMax) {
    sendAnswer(response, textAnswer(413, "413 content too large", { connection: "close" }));
    return true;
  }
  if (!wanted) discardBody(request, bytesMax);
  return false;
}

function listenable(
  tls: TlsOptions | undefined,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const limits = {
    maxHeaderSize: headerBytesMax,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    connectionsCheckingInterval: 5_000,
  };
  const server = tls
    ? createSecureServer({ ...limits, ...serverTls(tls) }, handle)
    : createServer(limits, handle);
  server.maxConnections = connectionsMax;
  return server;
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Has the client's connection closed after this answer, so that draining need not wait for its idle time. */
function endConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}
