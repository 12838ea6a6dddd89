import type { ServiceConfig } from "@faultline/config";
import { dialGrpc } from "@faultline/rpc/grpc/client";
import { startGrpcServer } from "@faultline/rpc/grpc/server";
import type { HttpHandlers } from "@faultline/rpc/http/route";
import { connectMemcached } from "@faultline/stores/memcached-client";
import type { Telemetry } from "@faultline/telemetry";
import type { Service } from "./define-app.ts";
import { layersOf } from "./layers.ts";
import { mongoUrlAt } from "./mongo-address.ts";
import type { Flagged, Surroundings } from "./surroundings.ts";

/** A service as a process of its own: everything it reaches, and everything that reaches it, is a socket. */
export function overSockets(
  service: Service,
  config: ServiceConfig,
  telemetry: Pick<Telemetry, "log" | "metrics" | "tracing">,
  flagged?: Flagged,
): Surroundings {
  const { log } = telemetry;
  const { host, port, tls } = config;
  const { name } = service;
  const layers = layersOf(telemetry, {
    requestDeadlineMs: config.requestDeadlineMs,
    verbose: config.logLevel === "debug",
    switchboard: flagged?.switchboard,
  });
  return {
    log,
    flagged,
    async mongo({ database }, elsewhere) {
      // The driver costs a process more than 100 ms of start, so those without a database do not load it.
      const { connectMongo } = await import("@faultline/stores/mongo-client");
      return connectMongo({
        url: mongoUrlAt(config.mongoUrl, elsewhere),
        database,
        service: name,
        peer: `mongodb-${name}`,
        layers: layers.store,
      });
    },
    cache: (store) =>
      connectMemcached({
        addresses: config.memcachedAddresses,
        timeoutMs: config.memcachedTimeoutMs,
        service: name,
        peer: `memcached-${store.name}`,
        layers: layers.store,
      }),
    dial: (callee, contract) =>
      dialGrpc({
        contract,
        addresses: config.callees.get(callee.name) ?? [],
        service: name,
        peer: callee.name,
        layers: layers.client,
        tls,
      }),
    async serve({ definition: { contract }, descriptors }, implementation) {
      const common = { host, port, tls, log, service: name, layers: layers.server };
      if ("routes" in implementation) {
        // Only front doors load Express: it would cost every other process 130 ms of start and 7 MB.
        const { startHttpServer } = await import("@faultline/rpc/http/server");
        return startHttpServer({ ...common, handlers: implementation as HttpHandlers });
      }
      if (!contract) throw new Error(`${name} has no contract to serve`);
      return startGrpcServer({ ...common, contract, handlers: implementation, descriptors });
    },
  };
}
