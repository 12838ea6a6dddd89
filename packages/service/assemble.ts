import type { CallScope } from "@faultline/rpc/call";
import type { HttpHandlers } from "@faultline/rpc/http/route";
import type { Client, Contract, Handlers } from "@faultline/rpc/service";
import type { Cache } from "@faultline/stores/memcached";
import type { Mongo } from "@faultline/stores/mongo";
import type { Redis } from "@faultline/stores/redis";
import type { Service, ServiceDefinition, Table } from "./define-app.ts";
import type { Elsewhere } from "./surroundings.ts";

type CallsOf<D> = D extends { readonly calls: readonly (infer Name)[] } ? Name : never;
type ContractOf<D> = D extends { readonly contract: infer C extends Contract } ? C : never;
type MongoOf<D> = D extends { readonly stores: { readonly mongo: object } } ? Mongo : undefined;
type CacheOf<D> = D extends { readonly stores: { readonly memcached: object } } ? Cache : undefined;
type RedisOf<D> = D extends { readonly stores: { readonly redis: object } } ? Redis : undefined;

/** What a handler may be made of: exactly the callees and stores that the service's line names. */
export interface Parts<S extends Service> {
  readonly clients: {
    readonly [Name in CallsOf<S["definition"]> & keyof S["table"]]: Client<
      ContractOf<S["table"][Name]>
    >;
  };
  readonly mongo: MongoOf<S["definition"]>;
  readonly cache: CacheOf<S["definition"]>;
  readonly redis: RedisOf<S["definition"]>;
  /** Bounds and logs what happens while the service starts. */
  readonly scope: CallScope;
}

/** What the twin of a handler may be made of besides: connections of its own, closed when it is turned off. */
export interface TwinParts<S extends Service> extends Parts<S> {
  readonly open: {
    /** Another connection to the service's database; or to what is at that host or port instead. */
    mongo(elsewhere?: Elsewhere): Promise<Mongo>;
    /** Another connection to the service's cache. */
    cache(): Cache;
    /** Another connection to the service's Redis. */
    redis(): Promise<Redis>;
  };
}

/** What a service implements: its contract, or a front door's routes. */
export type Implementation<D> = D extends { readonly http: true }
  ? HttpHandlers
  : Handlers<ContractOf<D>>;

interface TwinMaker<S extends Service> {
  // A method, so that assemblies of all services can be handled alike.
  make(
    parts: TwinParts<S>,
  ): Implementation<S["definition"]> | Promise<Implementation<S["definition"]>>;
}

/** A service and how it is put together; nothing has been opened yet. */
export interface Assembly<S extends Service = Service> {
  readonly service: S;
  /** Where this build looks for its database, whatever the deployment says: left out, it looks where it is told. */
  readonly databaseAt?: Elsewhere;
  /** Brings the stores to their first state; starting twice leaves them as starting once did. */
  seed?(parts: Parts<S>): Promise<void>;
  create(
    parts: Parts<S>,
  ): Implementation<S["definition"]> | Promise<Implementation<S["definition"]>>;
  /**
   * Other implementations, each wrong in the way that the fault of its name is about. One takes the calls for which
   * its flag is on. If that is so at the start, its databases must be reached like the service's own.
   */
  readonly twins?: Readonly<Record<string, TwinMaker<S>["make"]>>;
  /** Looks after the stores while the service runs; it returns once the signal aborts, and survives its failures. */
  tend?(parts: Parts<S>, signal: AbortSignal): Promise<void>;
}

/** Says how a service is put together. It runs by `serve`, or in one process with others. */
export function assemble<D extends ServiceDefinition, T extends Table>(
  service: Service<D, T>,
  how: Omit<Assembly<Service<D, T>>, "service">,
): Assembly<Service<D, T>> {
  return { service, ...how };
}
