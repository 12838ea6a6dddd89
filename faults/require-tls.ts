import { type CertificateDates, createCertificate } from "./certificate.ts";
import type { Operation } from "./fault.ts";
import { restartService } from "./restart-service.ts";
import { databaseServer } from "./topology.ts";

const certificateFile = "server.pem";

/** Has a service's database server speak nothing but TLS, with a certificate of these dates, from its restart on. */
export async function requireTls(
  service: string,
  dates: CertificateDates,
  operation: Operation,
): Promise<undefined> {
  const { driver, topology, signal } = operation;
  const server = databaseServer(topology, service);
  const pem = await createCertificate(server, dates);
  const path = await driver.putFile(server, certificateFile, pem, signal);
  const args = ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", path];
  await driver.restart(server, signal, { args });
  await restartService(service, operation);
  return undefined;
}

/** Has it speak as planned again. */
export async function requireNothing(service: string, operation: Operation): Promise<void> {
  const { driver, topology, signal } = operation;
  const server = databaseServer(topology, service);
  await driver.restart(server, signal);
  await driver.removeFile(server, certificateFile, signal);
  await restartService(service, operation);
}
