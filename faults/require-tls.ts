import { type CertificateDates, createCertificate } from "./certificate.ts";
import { replicasOf } from "./driver.ts";
import type { Operation } from "./fault.ts";
import { mongodTlsFlags } from "./mongod-tls.ts";
import { ParameterError } from "./parameters.ts";
import { restartService } from "./restart-service.ts";
import { databaseServer } from "./topology.ts";

const certificateFile = "server.pem";

/**
 * Has a service's database server speak nothing but TLS, with a certificate of these dates, from its restart on. Throws
 * a `ParameterError` where it is planned to speak TLS: its service would too.
 */
export async function requireTls(
  service: string,
  dates: CertificateDates,
  operation: Operation,
): Promise<undefined> {
  const { driver, topology, signal } = operation;
  const server = databaseServer(topology, service);
  for (const { changed, address } of replicasOf(await driver.servers(signal), server)) {
    if (address?.tls && !changed)
      throw new ParameterError(`${server} speaks TLS already, and so does ${service}`);
  }
  const pem = await createCertificate(server, dates);
  const path = await driver.putFile(server, certificateFile, pem, signal);
  await driver.restart(server, signal, { args: tlsFlags(path) });
  await restartService(service, operation);
  return undefined;
}

/** TLS only, by a file with a certificate and its key; it trusts itself, as it has to trust somebody. */
export function tlsFlags(file: string): readonly string[] {
  return mongodTlsFlags({ mode: "requireTLS", serverFile: file, caFile: file });
}

/** Has it speak as planned again. */
export async function requireNothing(service: string, operation: Operation): Promise<void> {
  const { driver, topology, signal } = operation;
  const server = databaseServer(topology, service);
  await driver.restart(server, signal);
  await driver.removeFile(server, certificateFile, signal);
  await restartService(service, operation);
}
