import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testCall } from "@faultline/rpc/test-call";
import { connectRedis } from "@faultline/stores/redis-client";
import { ChildServer, freePort } from "@faultline/stores/testing/child-server";
import { expect, onTestFinished, test } from "vitest";
import { createTrustedCertificate } from "./certificate.ts";

const dates = { fromMs: Date.now() - 60_000, toMs: Date.now() + 3_600_000 };

test("a server with a certificate is trusted by whoever has its authority, and by nobody else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const own = await createTrustedCertificate(["home-timeline-redis", "127.0.0.1"], dates);
  const other = await createTrustedCertificate(["127.0.0.1"], dates);
  const [server = "", ca = "", others = ""] = [own.server, own.ca, other.ca].map((text, index) => {
    const file = join(folder, `${index}.pem`);
    writeFileSync(file, text);
    return file;
  });
  const port = await freePort();
  const files = ["--tls-cert-file", server, "--tls-key-file", server, "--tls-ca-cert-file", ca];
  const redis = new ChildServer(
    "redis-server",
    ["--port", "0", "--tls-port", `${port}`, ...files, "--tls-auth-clients", "no", "--save", ""],
    port,
  );
  onTestFinished(() => redis.kill());
  await redis.start();
  const get = (caFile: string) => {
    const settings = { service: "home-timeline-service", peer: "home-timeline-redis", caFile };
    const client = connectRedis({ ...settings, url: `rediss://${redis.address}` });
    onTestFinished(() => client.close());
    return client.get("1", testCall());
  };

  expect(await get(ca)).toBeUndefined();
  await expect(get(others)).rejects.toMatchObject({ code: "unavailable" });
});
