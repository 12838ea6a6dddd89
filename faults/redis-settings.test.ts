import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@faultline/stores/testing/child-server";
import { startRedis } from "@faultline/stores/testing/redis-server";
import { expect, onTestFinished, test } from "vitest";
import { createCertificate } from "./certificate.ts";
import type { Server } from "./driver.ts";
import { configure, settingOf } from "./redis-settings.ts";

const signal = AbortSignal.timeout(30_000);

/** A Redis that speaks TLS there, with a certificate that nobody has signed. */
async function startedWithTls(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "redis-tls-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "server.pem");
  const dates = { fromMs: Date.now() - 60_000, toMs: Date.now() + 3_600_000 };
  await writeFile(file, await createCertificate("timeline-redis", dates));
  const port = await freePort();
  const files = ["--tls-cert-file", file, "--tls-key-file", file, "--tls-ca-cert-file", file];
  await startRedis("--tls-port", `${port}`, "--tls-auth-clients", "no", ...files);
  const address = { host: "127.0.0.1", port, tls: true };
  return { name: "timeline-redis", kind: "redis", state: "ready", restarts: 0, address };
}

test("a Redis that speaks TLS is asked and told by TLS", async () => {
  const server = await startedWithTls();

  await configure(server, [["maxmemory", "64mb"]], { signal });

  expect(await settingOf(server, "maxmemory", signal)).toBe(`${64 * 1_048_576}`);
});
