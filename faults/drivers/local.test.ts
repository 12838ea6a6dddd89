import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLocalDriver } from "./local.ts";

/** The data directory of a launcher whose servers have these URLs. */
async function launcherWith(urls: Readonly<Record<string, string>>): Promise<string> {
  const servers = Object.entries(urls).map(([name, url]) => ({
    ...{ name, kind: "other", state: "ready", changed: false, restarts: 0, pid: 1, startedAtMs: 1 },
    ...{ url, port: Number(new URL(url).port), metricsPort: null },
  }));
  const launcher = createServer((_request, response) => response.end(JSON.stringify({ servers })));
  launcher.listen(0, "127.0.0.1");
  await once(launcher, "listening");
  const directory = await mkdtemp(join(tmpdir(), "launcher-"));
  onTestFinished(async () => {
    launcher.close();
    launcher.closeAllConnections();
    await rm(directory, { recursive: true });
  });
  const url = `http://127.0.0.1:${(launcher.address() as AddressInfo).port}`;
  await writeFile(join(directory, "control.json"), JSON.stringify({ url }));
  await writeFile(join(directory, "control-token"), "token");
  return directory;
}

test("servers whose URL says that they speak TLS are talked to by TLS", async () => {
  const dataDirectory = await launcherWith({
    "a-mongodb": "mongodb://127.0.0.1:1/?tls=true",
    "b-mongodb": "mongodb://127.0.0.1:2",
    "a-redis": "rediss://127.0.0.1:3",
    "b-redis": "redis://127.0.0.1:4",
  });

  const servers = await createLocalDriver({ dataDirectory }).servers(AbortSignal.timeout(20_000));

  expect(servers.map(({ address }) => address)).toEqual([
    { host: "127.0.0.1", port: 1, tls: true },
    { host: "127.0.0.1", port: 2, tls: false },
    { host: "127.0.0.1", port: 3, tls: true },
    { host: "127.0.0.1", port: 4, tls: false },
  ]);
});
