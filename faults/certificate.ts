import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";

export interface CertificateDates {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A certificate that vouches for itself, with its key behind it, as `mongod` wants one file of both: PEM text. */
export async function createCertificate(name: string, dates: CertificateDates): Promise<string> {
  // Loaded here, as only two faults need it.
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
  const subject = [{ name: "commonName", value: name }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([{ name: "subjectAltName", altNames: [{ type: 2, value: name }] }]);
  certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create());
  return `${forge.pki.certificateToPem(certificate)}${pair.privateKey}`;
}
