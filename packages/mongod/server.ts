import { createServer, type Server as NetServer, type Socket } from "node:net";
import type { Document } from "bson";
import { AccessControl } from "./access/access-control.ts";
import { createCatalogDocuments } from "./access/catalog-documents.ts";
import { Catalog } from "./collections/catalog.ts";
import { Cursors } from "./cursors/cursors.ts";
import type { Instance } from "./instance.ts";
import { limits } from "./limits.ts";
import { type Log, openLog } from "./log/log.ts";
import { OpenConnections } from "./open-connections.ts";
import { Operations } from "./operations.ts";
import { Sessions } from "./sessions.ts";
import type { Storage } from "./storage.ts";
import { TlsGate } from "./tls/gate.ts";
import type { TlsSettings } from "./tls/settings.ts";

export interface ServerOptions {
  /** 0 is any free port. */
  readonly port: number;
  /** Addresses to listen on; 127.0.0.1 if not given. */
  readonly hosts?: readonly string[];
  /** Closed with the server. */
  readonly storage: Storage;
  readonly storageEngine?: string;
  /** Whether commands need a login (`--auth`). */
  readonly auth?: boolean;
  readonly tls?: TlsSettings;
  /** Closed with the server. Without one nothing is logged. */
  readonly log?: Log;
  readonly maxConnections?: number;
  readonly slowMs?: number;
  readonly parameters?: Document;
  readonly commandLine?: { readonly argv: readonly string[]; readonly parsed: Document };
  /** How often expired documents are looked for; MongoDB's minute if not given. */
  readonly ttlMonitorSleepMs?: number;
  /** Called when a client has asked the server to shut down. Closes it if not given. */
  readonly onShutdownRequest?: () => void;
}

/** A server that accepts connections. */
export interface Server {
  readonly port: number;
  readonly instance: Instance;
  /** Stops accepting, lets commands under way finish, and resolves when all is closed. */
  close(): Promise<void>;
}

const plainTls: TlsSettings = {
  mode: "disabled",
  identity: undefined,
  authorities: undefined,
  allowConnectionsWithoutCertificates: false,
  allowInvalidCertificates: false,
};
const sweepIntervalMs = 4_000;

/** Starts a server. Rejects, with everything closed, if it cannot listen. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const log = options.log ?? (await openLog({ toLine: () => undefined }));
  const listeners = new Listeners(options);
  const instance = createInstance(options, { log, listeners });
  if (options.parameters && Object.keys(options.parameters).length > 0) {
    const { startWithParameters } = await import("./parameters.ts");
    startWithParameters(instance, options.parameters);
  }
  const open = new OpenConnections(instance, options.maxConnections ?? limits.maxConnections);
  try {
    await listeners.listen((socket) => open.accept(socket));
  } catch (error) {
    await listeners.close();
    await options.storage.close();
    throw error;
  }
  const stopTimers = startTimers(instance, options.ttlMonitorSleepMs ?? 60_000);
  log.write("waitingForConnections", "listener", {
    port: listeners.port,
    ssl: (options.tls ?? plainTls).mode === "disabled" ? "off" : "on",
  });
  const close = once(async () => {
    stopTimers();
    log.write("closingListeners", "initandlisten");
    await listeners.close();
    log.write("closingConnections", "initandlisten");
    await open.close();
    instance.cursors.closeAll();
    log.write("closingStorage", "initandlisten");
    await options.storage.close();
  });
  listeners.shutdown = options.onShutdownRequest ?? (() => void close());
  return { port: listeners.port, instance, close };
}

function createInstance(
  options: ServerOptions,
  { log, listeners }: { log: Log; listeners: Listeners },
): Instance {
  const { storage } = options;
  const catalog = new Catalog(storage);
  const documents = createCatalogDocuments(catalog);
  return {
    storage,
    catalog,
    cursors: new Cursors(),
    sessions: new Sessions(storage),
    operations: new Operations(),
    control: new AccessControl(documents, { isEnabled: options.auth ?? false }),
    log,
    gate: new TlsGate(options.tls ?? plainTls),
    counters: {
      connectionsCurrent: 0,
      connectionsCreated: 0,
      connectionsRejected: 0,
      bytesIn: 0,
      bytesOut: 0,
      requests: 0,
      operations: { insert: 0, query: 0, update: 0, delete: 0, getmore: 0, command: 0 },
    },
    parameters: new Map(),
    startedAt: new Date(),
    get port() {
      return listeners.port;
    },
    storageEngine: options.storageEngine ?? "inMemory",
    commandLine: options.commandLine ?? { argv: ["mongod"], parsed: {} },
    slowMs: options.slowMs ?? 100,
    requestShutdown: () => listeners.shutdown(),
  };
}

/** The sockets that wait for connections: one for each address, all on one port. */
class Listeners {
  port = 0;
  shutdown: () => void = () => undefined;
  readonly #options: ServerOptions;
  readonly #servers: NetServer[] = [];

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  async listen(accept: (socket: Socket) => void): Promise<void> {
    this.port = this.#options.port;
    for (const host of this.#options.hosts ?? ["127.0.0.1"]) {
      const server = createServer({ noDelay: true }, accept);
      this.#servers.push(server);
      await listening(server, { host, port: this.port });
      const address = server.address();
      if (typeof address === "object" && address) this.port = address.port;
      this.#options.log?.write("listeningOn", "listener", { address: host });
    }
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#servers.map((server) => {
        return new Promise<void>((resolve) =>
          server.listening ? resolve(void server.close()) : resolve(),
        );
      }),
    );
  }
}

function listening(server: NetServer, where: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...where, backlog: 511 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function startTimers(instance: Instance, ttlMonitorSleepMs: number): () => void {
  const sweep = setInterval(() => instance.cursors.sweep(), sweepIntervalMs);
  const ended = new AbortController();
  const expire = setInterval(() => void tidyUp(instance, ended.signal), ttlMonitorSleepMs);
  sweep.unref();
  expire.unref();
  return () => {
    ended.abort();
    clearInterval(sweep);
    clearInterval(expire);
  };
}

/** What cannot be removed now, on a full disk say, is tried again in the next round. */
async function tidyUp({ catalog, sessions }: Instance, signal: AbortSignal): Promise<void> {
  try {
    sessions.sweep();
    const { expireDocuments } = await import("./collections/expire.ts");
    await expireDocuments(catalog, { now: new Date(), signal });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "StorageFull") throw error;
  }
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}
