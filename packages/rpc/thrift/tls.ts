import type { ConnectionOptions, TlsOptions as NodeServerOptions } from "node:tls";
import { handshakeTimeoutMs, suiteOptions, type TlsOptions } from "../tls-options.ts";

/** What a client trusts: the given authority, and nobody else; and the name that it wants to see. */
export function clientTls(tls: TlsOptions, host: string): ConnectionOptions {
  const { ca, serverName } = tls;
  return { ca, servername: serverName ?? host, ...suiteOptions(tls) };
}

export function serverTls(tls: TlsOptions): NodeServerOptions {
  const { cert, key } = tls;
  return { cert, key, handshakeTimeout: handshakeTimeoutMs, ...suiteOptions(tls) };
}
