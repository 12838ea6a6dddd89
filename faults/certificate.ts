import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { pki } from "node-forge";

export interface CertificateDates {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A certificate, and the key that it is about, as PEM text. */
interface Certified {
  readonly certificate: pki.Certificate;
  readonly key: string;
}

interface CertificateRequest {
  /** Whom it is about: the first is its subject. */
  readonly names: readonly string[];
  readonly dates: CertificateDates;
  /** Without, it vouches for itself. */
  readonly issuer?: Certified;
  /** It may vouch for others. */
  readonly isAuthority?: true;
}

/** A certificate that vouches for itself, with its key behind it, as `mongod` wants one file of both: PEM text. */
export async function createCertificate(name: string, dates: CertificateDates): Promise<string> {
  return pemOf(await certify({ names: [name], dates }));
}

/**
 * An authority that exists for this one certificate, whose key nobody keeps; and the certificate of a server that has
 * these names and is on this machine, with its key behind it: PEM texts.
 */
export async function createTrustedCertificate(
  names: readonly string[],
  dates: CertificateDates,
): Promise<{ readonly ca: string; readonly server: string }> {
  const { default: forge } = await import("node-forge");
  const issuer = await certify({ names: ["Faultline"], dates, isAuthority: true });
  const server = await certify({ names, dates, issuer });
  return { ca: forge.pki.certificateToPem(issuer.certificate), server: await pemOf(server) };
}

async function pemOf({ certificate, key }: Certified): Promise<string> {
  const { default: forge } = await import("node-forge");
  return `${forge.pki.certificateToPem(certificate)}${key}`;
}

async function certify({
  names,
  dates,
  issuer,
  isAuthority,
}: CertificateRequest): Promise<Certified> {
  // Loaded here, as few need it.
  const { default: forge } = await import("node-forge");
  const pair = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
  certificate.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(8))}`;
  certificate.validity.notBefore = new Date(dates.fromMs);
  certificate.validity.notAfter = new Date(dates.toMs);
  const subject = [{ name: "commonName", value: names[0] ?? "" }];
  certificate.setSubject(subject);
  certificate.setIssuer(issuer?.certificate.subject.attributes ?? subject);
  certificate.setExtensions(isAuthority ? authorityExtensions : serverExtensions(names));
  certificate.sign(
    forge.pki.privateKeyFromPem(issuer?.key ?? pair.privateKey),
    forge.md.sha256.create(),
  );
  return { certificate, key: pair.privateKey };
}

const authorityExtensions = [
  { name: "basicConstraints", cA: true, critical: true },
  { name: "keyUsage", keyCertSign: true, critical: true },
];

function serverExtensions(names: readonly string[]): object[] {
  const altNames = names.map((name) =>
    /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
  );
  return [{ name: "subjectAltName", altNames }];
}
