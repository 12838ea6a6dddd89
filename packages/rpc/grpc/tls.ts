import type { ConnectionOptions, TlsOptions as ServerOptions } from "node:tls";
import { handshakeTimeoutMs, suiteOptions, type TlsOptions } from "../tls-options.ts";

/** What a client trusts: the given authority, and nobody else; and the name that it wants to see. */
export function clientTls(tls: TlsOptions, host: string): ConnectionOptions {
  const { ca, serverName } = tls;
  return { ca, ALPNProtocols: ["h2"], servername: serverName ?? host, ...suiteOptions(tls) };
}

export function serverTls(tls: TlsOptions): ServerOptions {
  const { cert, key } = tls;
  const handshakeTimeout = handshakeTimeoutMs;
  return { cert, key, handshakeTimeout, ALPNProtocols: ["h2"], ...suiteOptions(tls) };
}
