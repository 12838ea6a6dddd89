import { createSecureContext } from "node:tls";
import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";
import { suiteOptions, type TlsOptions } from "../tls-options.ts";

/** What a client trusts: the given authority, and nobody else. */
export function channelCredentials(tls: TlsOptions | undefined): ChannelCredentials {
  if (!tls) return ChannelCredentials.createInsecure();
  const context = createSecureContext({ ca: tls.ca, ...suiteOptions(tls) });
  return ChannelCredentials.createFromSecureContext(context);
}

export function serverCredentials(tls: TlsOptions | undefined): ServerCredentials {
  return tls ? new SuiteCredentials(tls) : ServerCredentials.createInsecure();
}

/** The library's own credentials leave no choice of suites or version. */
class SuiteCredentials extends ServerCredentials {
  constructor(tls: TlsOptions) {
    const suites = suiteOptions(tls);
    super({ requestCert: false, ...suites }, { cert: [tls.cert], key: [tls.key], ...suites });
  }

  _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}
