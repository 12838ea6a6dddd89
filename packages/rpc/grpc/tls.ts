import { createSecureContext } from "node:tls";
import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";

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

export function channelCredentials(tls: TlsOptions | undefined): ChannelCredentials {
  if (!tls) return ChannelCredentials.createInsecure();
  const { ca, ciphers, minVersion } = tls;
  const secureContext = createSecureContext({
    ca,
    ...(ciphers ? { ciphers } : {}),
    ...(minVersion ? { minVersion } : {}),
  });
  return ChannelCredentials.createFromSecureContext(secureContext);
}

export function serverCredentials(tls: TlsOptions | undefined): ServerCredentials {
  return tls ? new SuiteCredentials(tls) : ServerCredentials.createInsecure();
}

/** The library's own credentials leave no choice of suites or version. */
class SuiteCredentials extends ServerCredentials {
  constructor({ cert, key, ciphers, minVersion }: TlsOptions) {
    const suites = {
      ...(ciphers ? { ciphers } : {}),
      ...(minVersion ? { minVersion } : {}),
    };
    super({ requestCert: false, ...suites }, { cert: [cert], key: [key], ...suites });
  }

  _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}
