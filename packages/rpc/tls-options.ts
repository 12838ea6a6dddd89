import type { ConnectionOptions, TlsOptions as NodeServerOptions, SecureVersion } from "node:tls";

/** PEM texts and the suites that may be used. */
export interface TlsOptions {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
  /** OpenSSL names, with colons between; left out for the defaults. */
  readonly ciphers?: string;
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  /** The name that a client expects in the server's certificate, if not the host it dialled. */
  readonly serverName?: string;
}

/** How long TLS may take to begin with a client. */
const handshakeTimeoutMs = 10_000;

/** What a client trusts: the given authority, and nobody else; and the name that it wants to see. */
export function clientTls(tls: TlsOptions, host: string): ConnectionOptions {
  const { ca, serverName } = tls;
  return { ca, servername: serverName ?? host, ...suiteOptions(tls) };
}

/** What a server shows, and how long it waits for a client. */
export function serverTls(tls: TlsOptions): NodeServerOptions {
  const { cert, key } = tls;
  return { cert, key, handshakeTimeout: handshakeTimeoutMs, ...suiteOptions(tls) };
}

/**
 * What Node needs to keep to the suites. It would still offer TLS 1.3 with suites of its own beside older ones,
 * and then those named would never be used.
 */
function suiteOptions({ ciphers, minVersion }: TlsOptions): {
  ciphers?: string;
  minVersion?: SecureVersion;
  maxVersion?: SecureVersion;
} {
  const isOld =
    ciphers !== undefined && !ciphers.split(":").some((name) => name.startsWith("TLS_"));
  return {
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(isOld ? { maxVersion: "TLSv1.2" } : {}),
  };
}
