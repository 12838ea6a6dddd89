import type { SecureServerOptions } from "node:http2";
import type { ConnectionOptions } from "node:tls";
import { suiteOptions, type TlsOptions } from "../tls-options.ts";

/** What a client trusts: the given authority, and nobody else; and the name that it wants to see. */
export function clientTls(tls: TlsOptions, host: string): ConnectionOptions {
  const { ca, serverName } = tls;
  return { ca, ALPNProtocols: ["h2"], servername: serverName ?? host, ...suiteOptions(tls) };
}

export function serverTls(tls: TlsOptions): SecureServerOptions {
  return { cert: tls.cert, key: tls.key, allowHTTP1: false, ...suiteOptions(tls) };
}
