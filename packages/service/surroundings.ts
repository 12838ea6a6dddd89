import type { Connection } from "@faultline/rpc/bound-client";
import type { HttpHandlers } from "@faultline/rpc/http/route";
import type { Contract, Handlers } from "@faultline/rpc/service";
import type { Cache } from "@faultline/stores/memcached";
import type { Mongo } from "@faultline/stores/mongo";
import type { Redis } from "@faultline/stores/redis";
import type { Logger } from "@faultline/telemetry";
import type { MemcachedStore, MongoStore, RedisStore, Service } from "./define-app.ts";
import type { Flags } from "./flags/flags.ts";
import type { Switchboard } from "./flags/switchboard.ts";

/** A service that answers. */
export interface Served {
  /** 0 where there is no port, as between services of one process. */
  readonly port: number;
  setServing(serving: boolean): void;
  /** Finishes what was accepted, at most so long. */
  close(graceMs?: number): Promise<void>;
}

/** Another address for a server: what is left out stays. */
export interface Elsewhere {
  readonly host?: string;
  readonly port?: number;
}

/** The flags of a service. */
export interface Flagged {
  readonly switchboard: Switchboard;
  readonly flags: Flags;
}

/** How one service reaches its stores and callees, and how it is reached: over sockets, or within a process. */
export interface Surroundings {
  readonly log: Logger;
  /** The service's database; `elsewhere` overrides parts of the address that it is at. */
  mongo(store: MongoStore, elsewhere?: Elsewhere): Mongo | Promise<Mongo>;
  cache(store: MemcachedStore): Cache;
  redis(store: RedisStore): Redis | Promise<Redis>;
  /** What flags do to the service; it begins before the stores are reached. */
  readonly flagged?: Flagged | undefined;
  dial(callee: Service, contract: Contract): Connection<Contract>;
  serve(service: Service, implementation: HttpHandlers | Handlers<Contract>): Promise<Served>;
}
