import type { Connection } from "@faultline/rpc/bound-client";
import type { HttpHandlers } from "@faultline/rpc/http/route";
import type { Contract, Handlers } from "@faultline/rpc/service";
import type { Cache } from "@faultline/stores/memcached";
import type { Mongo } from "@faultline/stores/mongo";
import type { Logger } from "@faultline/telemetry";
import type { MemcachedStore, MongoStore, Service } from "./define-app.ts";

/** A service that answers. */
export interface Served {
  /** 0 where there is no port, as between services of one process. */
  readonly port: number;
  setServing(serving: boolean): void;
  /** Finishes what was accepted, at most so long. */
  close(graceMs?: number): Promise<void>;
}

/** How one service reaches its stores and callees, and how it is reached: over sockets, or within a process. */
export interface Surroundings {
  readonly log: Logger;
  mongo(store: MongoStore): Mongo | Promise<Mongo>;
  cache(store: MemcachedStore): Cache;
  dial(callee: Service, contract: Contract): Connection<Contract>;
  serve(service: Service, implementation: HttpHandlers | Handlers<Contract>): Promise<Served>;
}
