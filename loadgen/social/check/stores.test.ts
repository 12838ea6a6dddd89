import { expect, onTestFinished, test } from "vitest";
import { Stores, StoresError } from "./stores.ts";

// Stores that are there are looked into by a test of the launcher, which starts them.
test("a store that cannot be reached is told at once", async () => {
  const at = (name: string, url: string) => ({ name, state: "ready", url });
  const stores = new Stores([
    at("home-timeline-redis", `redis://127.0.0.1:1`),
    at("user-timeline-redis", `rediss://127.0.0.1:1`),
  ]);
  onTestFinished(() => stores.close());

  await expect(stores.inRedis("home", 1)).rejects.toThrow(/ECONNREFUSED|closed/);
  await expect(stores.inRedis("home", 1)).rejects.toBeInstanceOf(StoresError);
  await expect(stores.inRedis("user", 1)).rejects.toThrow(/ECONNREFUSED|closed/);
});
