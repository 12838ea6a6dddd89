import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { getCiphers } from "node:tls";
import type { Environment } from "./setting.ts";

/** What a server or client needs to speak TLS: PEM texts, and the suites it may use. */
export interface TlsConfig {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The name that clients expect in the server's certificate. */
  readonly serverName: string;
  /** OpenSSL names, with colons between; left out for the defaults. */
  readonly ciphers?: string;
  readonly minVersion?: "TLSv1.3";
}

/** The suites that `TLS` may name, as Go spells them, and OpenSSL's names for them. */
export const suites: Readonly<Record<string, string>> = {
  TLS_RSA_WITH_RC4_128_SHA: "RC4-SHA",
  TLS_RSA_WITH_3DES_EDE_CBC_SHA: "DES-CBC3-SHA",
  TLS_RSA_WITH_AES_128_CBC_SHA: "AES128-SHA",
  TLS_RSA_WITH_AES_256_CBC_SHA: "AES256-SHA",
  TLS_RSA_WITH_AES_128_CBC_SHA256: "AES128-SHA256",
  TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
  TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_RC4_128_SHA: "ECDHE-RSA-RC4-SHA",
  TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA: "ECDHE-RSA-DES-CBC3-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: "ECDHE-RSA-AES128-SHA256",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_AES_128_GCM_SHA256: "TLS_AES_128_GCM_SHA256",
  TLS_AES_256_GCM_SHA384: "TLS_AES_256_GCM_SHA384",
  TLS_CHACHA20_POLY1305_SHA256: "TLS_CHACHA20_POLY1305_SHA256",
};

/** The name in the certificates of the original, which clients check. */
export const serverName = "x.test.example.com";

/** The files of the original's `x509` folder. */
export const pemFiles = {
  ca: "ca_cert.pem",
  cert: "server_cert.pem",
  key: "server_key.pem",
} as const;

/** The keys of a Kubernetes secret of the type `kubernetes.io/tls`. */
const secretFiles: PemFiles = { ca: "ca.crt", cert: "tls.crt", key: "tls.key" };

type PemFiles = Readonly<Record<keyof typeof pemFiles, string>>;

/**
 * Reads `TLS` as the original does: `0`/`false` off, `1`/`true` on, a suite's name on with that suite, anything
 * else off with a warning. The PEM files are those of the original's `x509` folder, or of a Kubernetes secret. Throws
 * if TLS is on and a file is missing, or if this runtime does not offer the suite.
 */
export function readTls(
  environment: Environment,
  warn: (sentence: string) => void = () => {},
): TlsConfig | undefined {
  const value = environment.TLS ?? "";
  if (["", "0", "false"].includes(value.toLowerCase())) return undefined;
  const plain = ["1", "true"].includes(value.toLowerCase());
  if (!plain && !Object.hasOwn(suites, value)) {
    warn("TLS names no known cipher suite and stays off");
    return undefined;
  }
  return {
    ...readPem(environment.TLS_DIRECTORY || "x509", "TLS_DIRECTORY"),
    serverName,
    ...(plain ? {} : suiteOptions(value)),
  };
}

/**
 * How services call each other: with the certificates of `RPC_TLS_DIRECTORY` if that is set, while front doors do as
 * `TLS` says; and if it is not, as `TLS` says too. A suite that `TLS` names holds for both.
 */
export function readRpcTls(
  directory: string | undefined,
  ofAll: TlsConfig | undefined,
): TlsConfig | undefined {
  if (!directory) return ofAll;
  return { ...ofAll, ...readPem(directory, "RPC_TLS_DIRECTORY"), serverName };
}

function readPem(directory: string, variable: string): Pick<TlsConfig, "ca" | "cert" | "key"> {
  const folder = versionOf(directory);
  const files: PemFiles = existsSync(join(folder, secretFiles.cert)) ? secretFiles : pemFiles;
  const pem = (file: string) => {
    try {
      return readFileSync(join(folder, file));
    } catch (cause) {
      throw new Error(`TLS is on but ${join(directory, file)} cannot be read; set ${variable}`, {
        cause,
      });
    }
  };
  return { ca: pem(files.ca), cert: pem(files.cert), key: pem(files.key) };
}

/**
 * Of a Kubernetes secret, the folder to which all files lead now. Its link is exchanged when the secret changes, and a
 * certificate of before would not fit a key of afterwards.
 */
function versionOf(directory: string): string {
  const current = join(directory, "..data");
  return existsSync(current) ? realpathSync(current) : directory;
}

function suiteOptions(suite: string): Pick<TlsConfig, "ciphers" | "minVersion"> {
  const cipher = suites[suite] ?? suite;
  if (!getCiphers().includes(cipher.toLowerCase())) {
    throw new Error(`TLS=${suite}: this build of Node does not offer that cipher suite`);
  }
  return cipher.startsWith("TLS_")
    ? { ciphers: cipher, minVersion: "TLSv1.3" }
    : { ciphers: cipher };
}
