import type { Service } from "@faultline/service/define-app";
import { startMemcached } from "@faultline/stores/testing/memcached-server";
import { startMongod } from "@faultline/stores/testing/mongod-server";
import { hotel } from "./topology.ts";

/** Starts a MongoDB server and a memcached for every cache of the application; they end with the test. */
export async function startRealStores() {
  const services: readonly Service[] = Object.values(hotel.services);
  const names = services.flatMap(({ definition }) => definition.stores?.memcached?.name ?? []);
  const [mongod, ...caches] = await Promise.all([
    startMongod(),
    ...names.map(() => startMemcached()),
  ]);
  const memcached = new Map(names.map((name, i) => [name, caches[i]?.address ?? ""]));
  return { mongoUrl: `mongodb://${mongod.address}`, memcached };
}
