import type { CallScope } from "@faultline/rpc/call";
import { exhausted, ServiceError, unavailable } from "@faultline/rpc/errors";
import { attributes as names } from "@faultline/telemetry/attributes";
import { type Db, MongoClient, type MongoClientOptions } from "mongodb";
import type { Mongo } from "./mongo.ts";
import { type Bounds, boundsOf } from "./mongo-bounds.ts";
import { type Ask, createCollection } from "./mongo-collection.ts";
import { isUnreachable, toStoreError } from "./mongo-errors.ts";
import type { Attributes, Observation } from "./observation.ts";
import { observeMongo } from "./observed-mongo.ts";
import { createOutage } from "./outage.ts";
import { throwIfOver, withinScope } from "./within-scope.ts";

export interface MongoSettings extends Observation {
  /** `mongodb://[user:password@]host[:port]/…`, as the driver takes it. Never logged. */
  readonly url: string;
  readonly database: string;
  /** An int64 is read as a `bigint`. Without, as a number, which beyond 2^53 is not exact. */
  readonly bigints?: boolean;
  readonly connectionsMax?: number;
  /** Operations under way or waiting for a connection; more are `resourceExhausted`. */
  readonly operationsMax?: number;
  /** How long an operation waits for a server to be there. */
  readonly serverSelectionTimeoutMs?: number;
  /** How long a server may stay silent in the middle of an operation that nobody waits for. */
  readonly socketTimeoutMs?: number;
}

const retryAfterMs = 250;

/**
 * A MongoDB database. Nothing is opened before the first operation; a server that went away is found again by
 * itself. Throws if the URL is malformed. Close it with `close()`.
 */
export function connectMongo(settings: MongoSettings): Mongo {
  const client = createClient(settings);
  const db = client.db(settings.database);
  const link = createLink(client, settings);
  const ask: Ask = (scope, work) => link.ask(scope, work);
  const mongo: Mongo = {
    collection: (name) => createCollection(db.collection(name), ask),
    ping: (scope) => ask(scope, (bounds) => ping(db, bounds)),
    close: () => link.close(),
  };
  return observeMongo(mongo, settings, settings.database, serverOf(client));
}

async function ping(db: Db, bounds: Bounds): Promise<void> {
  await db.command({ ping: 1, ...bounds });
}

function createClient(settings: MongoSettings): MongoClient {
  const selectionMs = settings.serverSelectionTimeoutMs ?? 2_000;
  const options: MongoClientOptions = {
    appName: settings.service,
    connectTimeoutMS: selectionMs,
    maxPoolSize: settings.connectionsMax ?? 32,
    serverSelectionTimeoutMS: selectionMs,
    socketTimeoutMS: settings.socketTimeoutMs ?? 30_000,
    useBigInt64: settings.bigints ?? false,
    waitQueueTimeoutMS: settings.socketTimeoutMs ?? 30_000,
  };
  try {
    return new MongoClient(settings.url, options);
  } catch {
    // The driver's own error may quote the URL, and with it the password.
    throw new Error(
      `the URL of ${settings.peer} is malformed; expected mongodb://user:password@host:port`,
    );
  }
}

function serverOf(client: MongoClient): Attributes {
  const [first] = client.options.hosts;
  if (first?.host === undefined) return {};
  return { [names.serverAddress]: first.host, [names.serverPort]: first.port ?? 27_017 };
}

/** The one way to the server: connects at first need, bounds every operation, and fails fast while it is gone. */
function createLink(client: MongoClient, { peer, operationsMax = 1_024 }: MongoSettings) {
  const outage = createOutage(retryAfterMs);
  let connected = false;
  let connecting: Promise<unknown> | undefined;
  let closed = false;
  let underWay = 0;

  // The driver's own connecting at first use gives up for good if no server is there at that moment.
  async function connect(): Promise<void> {
    connecting ??= client.connect().finally(() => {
      connecting = undefined;
    });
    await connecting;
    connected = true;
  }

  async function attempt<R>(work: () => Promise<R>): Promise<R> {
    underWay++;
    try {
      if (!connected) await connect();
      const result = await work();
      outage.answered();
      return result;
    } catch (error) {
      // Only what is ours is an error of a service already: the caller left before his turn came.
      if (error instanceof ServiceError) outage.unasked();
      else if (isUnreachable(error)) outage.failed();
      else outage.answered();
      throw toStoreError(error, peer);
    } finally {
      underWay--;
    }
  }

  return {
    async ask<R>(scope: CallScope, work: (bounds: Bounds) => Promise<R>): Promise<R> {
      throwIfOver(scope);
      if (closed) throw unavailable(`the connection to ${peer} is closed`);
      if (underWay >= operationsMax)
        throw exhausted(`${operationsMax} operations already wait for ${peer}`);
      if (!outage.admits()) throw unavailable(`${peer} cannot be reached`);
      return withinScope(
        attempt(() => work(boundsOf(scope))),
        scope,
      );
    },
    async close(): Promise<void> {
      closed = true;
      await client.close();
    },
  };
}
