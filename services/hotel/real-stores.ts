import { startMemcached } from "@faultline/stores/testing/memcached-server";
import { startMongod } from "@faultline/stores/testing/mongod-server";
import { hotel } from "./topology.ts";

/** Starts a MongoDB server and a memcached for every cache of the application; they end with the test. */
export async function startRealStores() {
  const names = Object.values(hotel.services).flatMap(({ definition }) => {
    const stores: { readonly memcached?: { readonly name: string } } =
      "stores" in definition ? definition.stores : {};
    return stores.memcached ? [stores.memcached.name] : [];
  });
  const [mongod, ...caches] = await Promise.all([
    startMongod(),
    ...names.map(() => startMemcached()),
  ]);
  const memcached = new Map(names.map((name, i) => [name, caches[i]?.address ?? ""]));
  return { mongoUrl: `mongodb://${mongod.address}`, memcached };
}
