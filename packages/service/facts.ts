import type { ServiceFacts } from "@faultline/config";
import type { Service } from "./define-app.ts";

/** What the environment's defaults depend on, read from a service's line. */
export function factsOf(service: Service): ServiceFacts {
  const { port, stores, calls = [] } = service.definition;
  return {
    name: service.name,
    port,
    calls: new Map(calls.map((callee) => [callee, service.table[callee]?.port ?? 0])),
    mongo: stores?.mongo !== undefined,
    ...(stores?.memcached ? { memcached: stores.memcached.name } : {}),
  };
}
