import { generateKeyPair, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import forge from "node-forge";

const newKeys = promisify(generateKeyPair);

const dayMs = 24 * 60 * 60 * 1_000;

type Validity = { readonly from: Date; readonly until: Date };
type Identity = {
  readonly certificate: forge.pki.Certificate;
  readonly key: forge.pki.rsa.PrivateKey;
};

/** A throw-away authority for tests, and what it signs. */
export type TestAuthority = {
  /** The file that a server or a client is given to trust this authority. */
  readonly caFile: string;
  /** Signs a certificate for `subject`, such as `O=Example,CN=client`. The file also has its key. */
  issue(subject: string, validity?: Validity): Promise<string>;
  remove(): Promise<void>;
};

/** An authority with a folder of its own, which the caller removes. */
export async function createTestAuthority(name = "MyCA"): Promise<TestAuthority> {
  const folder = await mkdtemp(join(tmpdir(), "mongod-tls-"));
  const caFile = join(folder, "ca.pem");
  const authority = await certify({ subject: `CN=${name}` });
  await writeFile(caFile, forge.pki.certificateToPem(authority.certificate));
  return {
    caFile,
    async issue(subject, validity) {
      const { certificate, key } = await certify({ subject, validity, issuer: authority });
      const file = join(folder, `${randomBytes(8).toString("hex")}.pem`);
      const pem = forge.pki.certificateToPem(certificate) + forge.pki.privateKeyToPem(key);
      await writeFile(file, pem, { mode: 0o600 });
      return file;
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

async function certify(wanted: {
  readonly subject: string;
  readonly validity?: Validity | undefined;
  readonly issuer?: Identity;
}): Promise<Identity> {
  const { publicKey, privateKey } = await newKeys("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const key = forge.pki.privateKeyFromPem(privateKey);
  const certificate = forge.pki.createCertificate();
  const { issuer, validity } = wanted;
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = `01${randomBytes(8).toString("hex")}`;
  certificate.validity.notBefore = validity?.from ?? new Date(Date.now() - dayMs);
  certificate.validity.notAfter = validity?.until ?? new Date(Date.now() + dayMs);
  certificate.setSubject(attributesOf(wanted.subject));
  certificate.setIssuer(
    issuer ? issuer.certificate.subject.attributes : attributesOf(wanted.subject),
  );
  certificate.setExtensions([{ name: "basicConstraints", cA: !issuer }, ...localNames]);
  certificate.sign(issuer?.key ?? key, forge.md.sha256.create());
  return { certificate, key };
}

const localNames = [
  {
    name: "subjectAltName",
    altNames: [
      { type: 2, value: "localhost" },
      { type: 7, ip: "127.0.0.1" },
    ],
  },
];

function attributesOf(subject: string): forge.pki.CertificateField[] {
  return subject.split(",").map((part) => {
    const [shortName = "", value = ""] = part.split("=");
    return { shortName, value };
  });
}
