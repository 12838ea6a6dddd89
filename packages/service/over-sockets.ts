import type { ServiceConfig } from "@faultline/config";
import type { HttpHandlers } from "@faultline/rpc/http/route";
import { connectMemcached } from "@faultline/stores/memcached-client";
import type { Telemetry } from "@faultline/telemetry";
import { cacheServer, databaseServer, redisServer, type Service } from "./define-app.ts";
import { layersOf } from "./layers.ts";
import { mongoUrlAt } from "./mongo-address.ts";
import type { Flagged, Surroundings } from "./surroundings.ts";
import { dial, listen } from "./transports.ts";

/** A service as a process of its own: everything it reaches, and everything that reaches it, is a socket. */
export function overSockets(
  service: Service,
  config: ServiceConfig,
  telemetry: Pick<Telemetry, "log" | "metrics" | "tracing">,
  flagged?: Flagged,
): Surroundings {
  const { log } = telemetry;
  const { host, port, rpcTls } = config;
  const { name, host: self } = service;
  const layers = layersOf(telemetry, {
    requestDeadlineMs: config.requestDeadlineMs,
    verbose: config.logLevel === "debug",
    switchboard: flagged?.switchboard,
  });
  return {
    log,
    flagged,
    async mongo(store, elsewhere) {
      // The driver costs a process more than 100 ms of start, so those without a database do not load it.
      const { connectMongo } = await import("@faultline/stores/mongo-client");
      return connectMongo({
        url: mongoUrlAt(config.mongoUrl, elsewhere),
        database: store.database,
        bigints: store.bigints ?? false,
        service: self,
        peer: databaseServer(name, store),
        layers: layers.store,
      });
    },
    cache: (store) =>
      connectMemcached({
        addresses: config.memcachedAddresses,
        timeoutMs: config.memcachedTimeoutMs,
        service: self,
        peer: cacheServer(store),
        layers: layers.store,
      }),
    async redis(store) {
      // Only those with a Redis load its driver, as with the database's.
      const { connectRedis } = await import("@faultline/stores/redis-client");
      return connectRedis({
        url: config.redisUrl,
        caFile: config.redisCaFile,
        service: self,
        peer: redisServer(store),
        layers: layers.store,
      });
    },
    dial: (callee, contract) =>
      dial({
        contract,
        addresses: config.callees.get(callee.name) ?? [],
        service: self,
        peer: callee.host,
        layers: layers.client,
        tls: rpcTls,
      }),
    async serve({ definition: { contract }, descriptors }, implementation) {
      const common = { host, port, log, service: self, layers: layers.server };
      if ("routes" in implementation) {
        // Only front doors load Express: it would cost every other process 130 ms of start and 7 MB.
        const { startHttpServer } = await import("@faultline/rpc/http/server");
        const { tls } = config;
        return startHttpServer({ ...common, tls, handlers: implementation as HttpHandlers });
      }
      if (!contract) throw new Error(`${name} has no contract to serve`);
      return listen({ ...common, tls: rpcTls, contract, handlers: implementation, descriptors });
    },
  };
}
