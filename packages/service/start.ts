import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "@faultline/rpc/bound-client";
import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import type { Contract } from "@faultline/rpc/service";
import type { Mongo } from "@faultline/stores/mongo";
import type { Redis } from "@faultline/stores/redis";
import { type Logger, rootContext } from "@faultline/telemetry";
import type { Assembly, Parts } from "./assemble.ts";
import { Closing } from "./closing.ts";
import { hostOf, type Service } from "./define-app.ts";
import type { TwinMakers } from "./flags/twins.ts";
import { textOf } from "./process-life.ts";
import type { Served, Surroundings } from "./surroundings.ts";
import { twinMakers } from "./twin-makers.ts";

export interface StartOptions {
  /** How long the database may take to be there, in milliseconds. */
  readonly startDeadlineMs: number;
  /** How long accepted requests may take to finish once the service is closed, in milliseconds. */
  readonly drainMs: number;
}

export interface RunningService {
  readonly port: number;
  /** Takes nothing new, finishes what was accepted, and closes what was opened. */
  close(): Promise<void>;
}

const retryDatabaseMs = 200;

/**
 * Opens a service's stores, brings them to their first state, and serves. Rejects with the `ServiceError` of the
 * database if it cannot be reached or does not let us in; everything opened is closed again then.
 */
export async function startService(
  assembly: Assembly,
  surroundings: Surroundings,
  options: StartOptions,
): Promise<RunningService> {
  const closing = new Closing();
  try {
    const { served, connections } = await open(assembly, surroundings, options, closing);
    closing.opened({
      close() {
        served.setServing(false);
        return served.close(options.drainMs);
      },
    });
    // It answers already; it calls itself ready once its callees are there, or will not be for a while.
    const scope = startScope(surroundings.log, options.startDeadlineMs);
    await Promise.allSettled(connections.map((connection) => connection.ready(scope)));
    served.setServing(true);
    return { port: served.port, close: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function open(
  { service, databaseAt, seed, create, tend, twins }: Assembly,
  surroundings: Surroundings,
  { startDeadlineMs }: StartOptions,
  closing: Closing,
): Promise<{ served: Served; connections: readonly Connection<Contract>[] }> {
  const { stores } = service.definition;
  const scope = startScope(surroundings.log, startDeadlineMs);
  const mongo = stores?.mongo && closing.opened(await surroundings.mongo(stores.mongo, databaseAt));
  const cache = stores?.memcached && closing.opened(surroundings.cache(stores.memcached));
  const redis = stores?.redis && closing.opened(await surroundings.redis(stores.redis));
  const connections = dialCallees(service, surroundings, closing);
  const clients = Object.fromEntries(connections.map(([name, { client }]) => [name, client]));
  // The table's types say which parts a service has; this is the one place that makes them so.
  const parts = { clients, mongo, cache, redis, scope } as unknown as Parts<Service>;

  const makers = twinMakers({ service, twins }, surroundings, () => ({
    ...parts,
    scope: startScope(surroundings.log, startDeadlineMs),
  }));
  const flagged = await beginFlags(surroundings, makers, closing);
  for (const database of [mongo, ...flagged]) if (database) await reached(database, scope);
  if (redis) await tried(redis, scope);
  await seed?.(parts);
  const implementation = await create(parts);
  if (tend) closing.opened(tended((signal) => tend(parts, signal)));
  const served = await surroundings.serve(service, implementation);
  return { served, connections: connections.map(([, connection]) => connection) };
}

/** Lets flags act from now on. Answers the databases of those handlers that they have put in the service's place. */
async function beginFlags(
  { flagged }: Surroundings,
  makers: TwinMakers,
  closing: Closing,
): Promise<readonly Mongo[]> {
  if (!flagged) return [];
  const { switchboard, flags } = flagged;
  switchboard.provideTwins(makers);
  closing.opened(switchboard);
  await flags.follow((document) => switchboard.apply(document));
  const made = await Promise.all(await switchboard.standingTwins());
  return made.flatMap(({ databases }) => databases);
}

/** Work that goes on beside the handlers; closing it waits for its end. */
function tended(tend: (signal: AbortSignal) => Promise<void>): { close(): Promise<void> } {
  const stopping = new AbortController();
  const ended = tend(stopping.signal);
  return {
    close() {
      stopping.abort();
      return ended;
    },
  };
}

function dialCallees(caller: Service, surroundings: Surroundings, closing: Closing) {
  return (caller.definition.calls ?? []).map((name) => {
    const definition = caller.table[name];
    if (!definition?.contract) throw new Error(`${name} is no RPC service of ${caller.app}`);
    const connection = surroundings.dial(
      { ...caller, name, host: hostOf(name, definition), definition },
      definition.contract,
    );
    return [name, closing.opened(connection)] as const;
  });
}

function startScope(log: Logger, limitMs: number): CallScope {
  return {
    log,
    context: rootContext,
    signal: AbortSignal.timeout(limitMs),
    deadlineMs: Date.now() + limitMs,
  };
}

/** Connects before the first request, which then need not wait for that. Services can do without for a while. */
async function tried(redis: Redis, scope: CallScope): Promise<void> {
  try {
    await redis.runId(scope);
  } catch (error) {
    scope.log.warn("redis not reached", { reason: textOf(error) });
  }
}

/** Waits for a database that is still starting; one that refuses us is not waited for. */
async function reached(mongo: Mongo, scope: CallScope): Promise<void> {
  let last: unknown;
  for (;;) {
    try {
      await mongo.ping(scope);
      return;
    } catch (error) {
      if (refusal(error) !== undefined) throw error;
      // That the time is over, or that it is of no use yet, says less than why it did not work before.
      if (!scope.signal.aborted && isTelling(error)) last = error;
      if (!scope.signal.aborted) await sleep(retryDatabaseMs);
      if (scope.signal.aborted) throw last ?? error;
    }
  }
}

function isTelling(error: unknown): boolean {
  return error instanceof Error && error.cause !== undefined;
}

/** The server's own code for not letting us in: 18 at login, 13 for a command; undefined for anything else. */
export function refusal(error: unknown): number | undefined {
  const cause = error instanceof ServiceError ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return code === 13 || code === 18 ? code : undefined;
}
