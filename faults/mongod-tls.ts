/** How a server speaks TLS: as `--tlsMode` has it, with a file of its certificate and key, and one of whom it trusts. */
export interface MongodTls {
  readonly mode: string;
  readonly serverFile: string;
  readonly caFile: string;
}

/** Since 7.0.6 it does not start without a CA file; and with one it would want certificates of its clients. */
export function mongodTlsFlags({ mode, serverFile, caFile }: MongodTls): readonly string[] {
  return [
    ...["--tlsMode", mode, "--tlsCertificateKeyFile", serverFile, "--tlsCAFile", caFile],
    "--tlsAllowConnectionsWithoutCertificates",
  ];
}
