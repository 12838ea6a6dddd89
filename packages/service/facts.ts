import type { ServiceFacts } from "@faultline/config";
import {
  cacheServer,
  containerPort,
  databaseServer,
  hostOf,
  redisServer,
  type Service,
} from "./define-app.ts";

/** What the environment's defaults depend on, read from a service's line. */
export function factsOf({ name, definition, table }: Service): ServiceFacts {
  const { stores, calls = [] } = definition;
  return {
    port: containerPort(definition),
    calls: new Map(calls.map((callee) => [callee, addressOf(callee, table)])),
    ...(stores?.mongo ? { mongo: databaseServer(name, stores.mongo) } : {}),
    ...(stores?.memcached ? { memcached: cacheServer(stores.memcached) } : {}),
    ...(stores?.redis ? { redis: redisServer(stores.redis) } : {}),
  };
}

function addressOf(callee: string, table: Service["table"]): string {
  const definition = table[callee];
  if (!definition) throw new Error(`there is no service ${callee}`);
  return `${hostOf(callee, definition)}:${containerPort(definition)}`;
}
