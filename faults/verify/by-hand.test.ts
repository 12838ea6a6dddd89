import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { credentialRotation } from "../credential-rotation.ts";
import type { Typed } from "../driver.ts";
import { FlagFile } from "../flags/flag-file.ts";
import { flagOf } from "../flags/flag-of.ts";
import { geoFlaky } from "../geo-flaky.ts";
import { placesOf } from "../places.ts";
import { shop } from "../testing/shop.ts";
import { commandsOf, mitigateByHand } from "./by-hand.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const typed: Typed = {
  server: async (verb, servers) => `operate ${verb} ${servers.join(" ")}`,
  mongosh: async (server) => `mongosh at ${server}`,
};

test("the commands of an operator are filled in, and typed as this way of running has it", async () => {
  const [first, second] = await commandsOf(credentialRotation, {
    typed,
    values: { service: "rate" },
    topology: shop,
  });

  expect(first).toContain("mongosh at mongodb-rate -u root");
  expect(second).toBe("operate restart rate");
});

test("a fault in a flag is turned off in the document, where nothing can be typed", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "by-hand-"));
  folders.push(dataDirectory);
  const { flags } = placesOf(dataDirectory);
  const on = flagOf(geoFlaky, { service: "geo", delayMs: 1, share: 1 }, undefined);
  await new FlagFile(flags).set(geoFlaky.name, on);
  const settings = { dataDirectory, typed, values: {}, topology: shop, environment: {} };

  const done = await mitigateByHand(geoFlaky, settings, AbortSignal.timeout(10_000));

  expect(done).toHaveLength(1);
  expect(JSON.parse(readFileSync(flags, "utf8")).flags[geoFlaky.name].defaultVariant).toBe("off");
});
