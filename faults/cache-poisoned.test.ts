import { startMemcached } from "@faultline/stores/testing/memcached-server";
import { expect, test } from "vitest";
import { cachePoisoned } from "./cache-poisoned.ts";
import { exchange } from "./exchange.ts";
import { createFakeDriver } from "./fake-driver.ts";
import { shop } from "./testing/shop.ts";

test("what is cached stays readable and is wrong, until the cache is emptied", async () => {
  const { port } = await startMemcached();
  const address = { host: "127.0.0.1", port };
  const cache = { name: "memcached-profile", kind: "memcached", state: "ready" } as const;
  const driver = createFakeDriver({ servers: [{ ...cache, restarts: 0, address }] });
  const signal = AbortSignal.timeout(20_000);
  const operation = { driver, topology: shop, signal };
  const values = { service: "profile" };
  const say = (text: string) => exchange({ ...cache, address }, `${text}\r\nquit\r\n`, { signal });
  const good = '{ "id" : 7, "name" : "ab c" }';
  await say(`set one 1 0 ${good.length}\r\n${good}`);

  await cachePoisoned.onStore?.inject(values, operation);
  expect(await say("get one")).toContain('VALUE one 1 29\r\n{ "id" : 7, "name" : "c ba" }');

  await cachePoisoned.onStore?.recover(values, operation, undefined);
  expect(await say("get one")).toBe("END\r\n");
});
