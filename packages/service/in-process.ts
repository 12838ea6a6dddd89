import type { TlsConfig } from "@faultline/config";
import type { HttpHandlers } from "@faultline/rpc/http/route";
import { startHttpServer } from "@faultline/rpc/http/server";
import { connectInMemory, type MemoryServer, serveInMemory } from "@faultline/rpc/memory";
import type { Cache } from "@faultline/stores/memcached";
import type { Mongo } from "@faultline/stores/mongo";
import type { Redis } from "@faultline/stores/redis";
import type { Logger } from "@faultline/telemetry";
import type { MemcachedStore, MongoStore, RedisStore, Service } from "./define-app.ts";
import type { Layers } from "./layers.ts";
import type { Elsewhere, Flagged, Surroundings } from "./surroundings.ts";

/** What the services of one process have in common, and how each gets its stores. */
export interface Neighbourhood {
  readonly log: Logger;
  /** The layers of a service; each is told apart by name. */
  layersOf(service: string): Layers;
  mongo(service: Service, store: MongoStore, elsewhere?: Elsewhere): Mongo | Promise<Mongo>;
  cache(service: Service, store: MemcachedStore): Cache;
  redis(service: Service, store: RedisStore): Redis;
  flaggedOf?(service: Service): Flagged | undefined;
  /** Where front doors listen. */
  readonly host: string;
  readonly tls?: TlsConfig | undefined;
  frontDoorPort(service: Service): number;
}

/**
 * Services that share a process: they call each other in memory, callees started before callers, and only front
 * doors listen. Answers the surroundings of one service after the other.
 */
export function inProcess(neighbourhood: Neighbourhood): (service: Service) => Surroundings {
  const servers = new Map<string, MemoryServer>();
  return (service) => {
    const { name, host } = service;
    const log = neighbourhood.log.child({ service: host });
    const layers = neighbourhood.layersOf(name);
    return {
      log,
      flagged: neighbourhood.flaggedOf?.(service),
      mongo: (store, elsewhere) => neighbourhood.mongo(service, store, elsewhere),
      cache: (store) => neighbourhood.cache(service, store),
      redis: (store) => neighbourhood.redis(service, store),
      dial(callee, contract) {
        const server = servers.get(callee.name);
        if (!server) throw new Error(`${callee.name} must be started before ${name}`);
        return connectInMemory({
          contract,
          server,
          service: host,
          peer: callee.host,
          layers: layers.client,
        });
      },
      async serve({ definition: { contract } }, implementation) {
        if ("routes" in implementation) {
          return startHttpServer({
            handlers: implementation as HttpHandlers,
            host: neighbourhood.host,
            tls: neighbourhood.tls,
            port: neighbourhood.frontDoorPort(service),
            service: host,
            layers: layers.server,
            log,
          });
        }
        if (!contract) throw new Error(`${name} has no contract to serve`);
        const server = serveInMemory({
          contract,
          handlers: implementation,
          service: host,
          layers: layers.server,
          log,
        });
        servers.set(name, server);
        return { port: 0, setServing() {}, close: (graceMs) => server.close(graceMs) };
      },
    };
  };
}
