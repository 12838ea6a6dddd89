import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMongod } from "@faultline/stores/testing/mongod-server";
import { onTestFinished } from "vitest";
import { type CertificateDates, createCertificate } from "../certificate.ts";
import { runAdminCommand } from "../drivers/admin-command.ts";
import { tlsFlags } from "../require-tls.ts";

/** Starts a real database server that wants TLS, with a certificate of these dates. Rejects if it does not start. */
export async function startWithCertificate(dates: CertificateDates) {
  const folder = await mkdtemp(join(tmpdir(), "certificate-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "server.pem");
  await writeFile(file, await createCertificate("mongodb-profile", dates));
  const server = await startMongod(...tlsFlags(file));
  const ping = (tls: boolean) =>
    runAdminCommand(
      { server: "mongodb-profile", database: "admin", command: { ping: 1 } },
      { host: "127.0.0.1", port: server.port, tls },
      AbortSignal.timeout(20_000),
    );
  return { server, plain: () => ping(false), secure: () => ping(true) };
}
