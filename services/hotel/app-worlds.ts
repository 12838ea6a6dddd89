import { testCall } from "@faultline/rpc/test-call";
import { startApp, type TestApp } from "@faultline/service/testing";
import { ChildServer, freePort } from "@faultline/stores/testing/child-server";

/** The application, and a way to empty the cache of its reservation service. */
export interface World {
  readonly app: TestApp;
  emptyReservationCache(): Promise<void>;
  close(): Promise<void>;
}

const cacheNames = ["profile", "rate", "reserve", "review"];
const counterKeys = ["09", "10", "11", "12", "13"].map((day) => `2015-05-${day}`);

/** Where the application's behaviour has to be the same, and how to start it there. */
export const worlds: Readonly<Record<string, (mongoUrl: string) => Promise<World>>> = {
  "in one process": startInProcess,
  "over the wire": startOverWire,
};

async function startInProcess(): Promise<World> {
  const app = await startApp("hotel");
  return {
    app,
    async emptyReservationCache() {
      const cache = app.cache("reserve");
      for (const day of counterKeys) await cache.delete(`39_${day}_${day}`, testCall());
      await cache.delete("39_cap", testCall());
    },
    close: () => app.close(),
  };
}

async function startOverWire(mongoUrl: string): Promise<World> {
  const entries = cacheNames.map(async (name) => [name, await startMemcached()] as const);
  const caches = new Map(await Promise.all(entries));
  const memcached = new Map([...caches].map(([name, { address }]) => [name, address]));
  const endCaches = () => Promise.all([...caches.values()].map((cache) => cache.kill()));
  try {
    const app = await startApp("hotel", { servers: { mongoUrl, memcached } });
    return {
      app,
      async emptyReservationCache() {
        await caches.get("reserve")?.kill();
        await caches.get("reserve")?.start();
      },
      async close() {
        await app.close();
        await endCaches();
      },
    };
  } catch (error) {
    await endCaches();
    throw error;
  }
}

async function startMemcached(): Promise<ChildServer> {
  const port = await freePort();
  const own = ["-l", "127.0.0.1", "-p", String(port), "-U", "0", "-m", "16", "-t", "1"];
  // memcached wants to be told which user to become when root starts it.
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const server = new ChildServer("memcached", [...own, ...user], port);
  await server.start();
  return server;
}
