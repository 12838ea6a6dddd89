import type { TlsConfig } from "@faultline/config";
import { unavailable } from "@faultline/rpc/errors";
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
 * Services that share a process: they call each other in memory, and only front doors listen. Answers the
 * surroundings of one service after the other; a call to one that does not serve yet is refused.
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
        return connectInMemory({
          contract,
          server: servers.get(callee.name) ?? laterServer(servers, callee),
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

/** Of services that call each other in a circle, one must know the other before it is there. */
function laterServer(
  servers: ReadonlyMap<string, MemoryServer>,
  { name, host }: Service,
): MemoryServer {
  const server = () => {
    const found = servers.get(name);
    if (!found) throw unavailable(`${host} has not started`);
    return found;
  };
  return {
    get methods() {
      return server().methods;
    },
    accept: (cancellation) => server().accept(cancellation),
    close: (graceMs) => server().close(graceMs),
  };
}
