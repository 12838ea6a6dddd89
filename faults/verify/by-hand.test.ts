import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { credentialRotation } from "../credential-rotation.ts";
import type { Server } from "../driver.ts";
import { FlagFile } from "../flags/flag-file.ts";
import { flagOf } from "../flags/flag-of.ts";
import { geoFlaky } from "../geo-flaky.ts";
import { placesOf } from "../places.ts";
import { commandsOf, mitigateByHand } from "./by-hand.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const servers: readonly Server[] = [
  {
    ...{ name: "mongodb-rate", kind: "mongod", state: "ready", restarts: 0 },
    address: { host: "127.0.0.1", port: 43_020 },
  },
];

test("the commands of an operator are filled in: the data directory, the service, the ports", () => {
  const settings = {
    dataDirectory: "/data",
    servers,
    values: { service: "rate" },
    environment: {},
  };

  const [first, second] = commandsOf(credentialRotation, settings);

  expect(first).toContain("node docker/mongosh.ts --port 43020 -u root");
  expect(second).toBe("node packages/launcher/servers-cli.ts --data-dir /data restart rate");
});

test("a fault in a flag is turned off in the document, where nothing can be typed", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "by-hand-"));
  folders.push(dataDirectory);
  const { flags } = placesOf(dataDirectory);
  const on = flagOf(geoFlaky, { service: "geo", delayMs: 1, share: 1 }, undefined);
  await new FlagFile(flags).set(geoFlaky.name, on);
  const settings = { dataDirectory, servers: [], values: {}, environment: {} };

  const done = await mitigateByHand(geoFlaky, settings, AbortSignal.timeout(10_000));

  expect(done).toHaveLength(1);
  expect(JSON.parse(readFileSync(flags, "utf8")).flags[geoFlaky.name].defaultVariant).toBe("off");
});
