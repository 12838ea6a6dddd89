import type { Service } from "@faultline/service/define-app";
import { startMemcached } from "@faultline/stores/testing/memcached-server";
import { startMongod } from "@faultline/stores/testing/mongod-server";
import { startRedis } from "@faultline/stores/testing/redis-server";
import { social } from "./topology.ts";

/** Starts a MongoDB server, and a memcached or Redis for every one of the application; they end with the test. */
export async function startRealStores() {
  const services: readonly Service[] = Object.values(social.services);
  const stores = services.map(({ definition }) => definition.stores);
  const [mongod, memcached, redis] = await Promise.all([
    startMongod(),
    startEach(
      stores.map((store) => store?.memcached?.name),
      async () => (await startMemcached()).address,
    ),
    startEach(
      stores.map((store) => store?.redis?.name),
      async () => `redis://${(await startRedis()).address}`,
    ),
  ]);
  return { mongoUrl: `mongodb://${mongod.address}`, memcached, redis };
}

/** Starts one server for each name, and answers where they are. */
async function startEach(
  names: readonly (string | undefined)[],
  start: () => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  const distinct = new Set(names.filter((name) => name !== undefined));
  return new Map(
    await Promise.all([...distinct].map(async (name) => [name, await start()] as const)),
  );
}
