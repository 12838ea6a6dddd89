import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

export const tlsModes = ["disabled", "allowTLS", "preferTLS", "requireTLS"] as const;
export type TlsMode = (typeof tlsModes)[number];

/** The flags of mongod that concern TLS, without their prefix `tls`. */
export type TlsFlags = {
  readonly mode: TlsMode;
  /** A PEM file with the server's certificate, what it was signed with, and its key. */
  readonly certificateKeyFile?: string;
  readonly certificateKeyFilePassword?: string;
  /** A PEM file with the authorities whose client certificates are trusted. */
  readonly caFile?: string;
  readonly allowConnectionsWithoutCertificates?: boolean;
  readonly allowInvalidCertificates?: boolean;
};

/** What TlsFlags come to once the files are read and found good. */
export type TlsSettings = {
  readonly mode: TlsMode;
  /** PEM texts; undefined if the server has no certificate and so cannot speak TLS. */
  readonly identity: { readonly pem: string; readonly passphrase: string | undefined } | undefined;
  readonly authorities: string | undefined;
  readonly allowConnectionsWithoutCertificates: boolean;
  readonly allowInvalidCertificates: boolean;
};

/** The server cannot start with these files. mongod's name for it is InvalidSSLConfiguration. */
export class TlsMisconfigured extends Error {
  override readonly name = "TlsMisconfigured";
  readonly code = 140;
  readonly codeName = "InvalidSSLConfiguration";
  /** Whether the reason is that the server's own certificate is not valid now (28652). */
  readonly isExpired: boolean;
  readonly validity: { readonly notBefore: string; readonly notAfter: string } | undefined;

  constructor(message: string, certificate?: X509Certificate) {
    super(message);
    this.isExpired = certificate !== undefined;
    this.validity = certificate && {
      notBefore: new Date(certificate.validFrom).toISOString(),
      notAfter: new Date(certificate.validTo).toISOString(),
    };
  }
}

/**
 * Reads and checks the files. Throws TlsMisconfigured if one is missing or broken, if a mode
 * other than `disabled` has no certificate or no CA file, as mongod since 7.0.6 demands both, or if the
 * certificate is not valid at `now`.
 */
export function readTlsSettings(flags: TlsFlags, now: Date = new Date()): TlsSettings {
  const { mode } = flags;
  if (mode !== "disabled" && flags.certificateKeyFile === undefined) {
    throw new TlsMisconfigured(
      "need tlsCertificateKeyFile or certificateSelector when TLS is enabled",
    );
  }
  if (mode !== "disabled" && flags.caFile === undefined) {
    throw new TlsMisconfigured(
      "The use of TLS without specifying a chain of trust is no longer supported. See https://jira.mongodb.org/browse/SERVER-72839 for details.",
    );
  }
  return {
    mode,
    ...filesOf(flags, now),
    allowConnectionsWithoutCertificates: flags.allowConnectionsWithoutCertificates ?? false,
    allowInvalidCertificates: flags.allowInvalidCertificates ?? false,
  };
}

type Files = Pick<TlsSettings, "identity" | "authorities">;

/** Without TLS the files do not matter, as in mongod: bad ones are as good as none. */
function filesOf(flags: TlsFlags, now: Date): Files {
  try {
    return readFiles(flags, now);
  } catch (error) {
    if (flags.mode === "disabled") return { identity: undefined, authorities: undefined };
    throw error;
  }
}

function readFiles(flags: TlsFlags, now: Date): Files {
  const { certificateKeyFile: file, certificateKeyFilePassword: passphrase, caFile } = flags;
  const authorities = caFile === undefined ? undefined : readPem(caFile, "CA");
  if (file === undefined) return { identity: undefined, authorities };

  const pem = readPem(file, "certificate");
  checkIdentity({ pem, passphrase, file, authorities }, now);
  return { identity: { pem, passphrase }, authorities };
}

function readPem(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TlsMisconfigured(`cannot read ${what} file: ${file} (${reason})`);
  }
}

function checkIdentity(
  identity: {
    readonly pem: string;
    readonly passphrase: string | undefined;
    readonly file: string;
    readonly authorities: string | undefined;
  },
  now: Date,
): void {
  const { pem, passphrase, file, authorities } = identity;
  try {
    const ca = authorities === undefined ? {} : { ca: authorities };
    const secret = passphrase === undefined ? {} : { passphrase };
    const { createSecureContext } = process.getBuiltinModule("node:tls");
    createSecureContext({ cert: pem, key: pem, ...secret, ...ca });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TlsMisconfigured(`Can not set up PEM key file ${file}: ${reason}`);
  }
  const certificate = new X509Certificate(pem);
  const isValid = new Date(certificate.validFrom) <= now && now <= new Date(certificate.validTo);
  if (isValid) return;
  throw new TlsMisconfigured(
    "The provided SSL certificate is expired or not yet valid.",
    certificate,
  );
}
