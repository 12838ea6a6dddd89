import { expect, test } from "vitest";
import { assertReachable } from "./mongo-url.ts";
import { freePort } from "./test-launch.ts";

test("a URL that is none is refused without its password", async () => {
  const refused = assertReachable("mongo://admin:hunter2@db");

  await expect(refused).rejects.toThrow(/^--mongo-url: that MongoDB server cannot be used/);
  await expect(refused).rejects.not.toThrow(/hunter2/);
});

test("a server that is not there is refused with the driver's reason", async () => {
  const refused = assertReachable(`mongodb://admin:hunter2@127.0.0.1:${await freePort()}`);

  await expect(refused).rejects.toThrow(/--mongo-url.*ECONNREFUSED/);
  await expect(refused).rejects.not.toThrow(/hunter2/);
});
