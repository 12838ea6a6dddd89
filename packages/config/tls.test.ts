import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { mountSecret } from "./mounted-secret-testing.ts";
import { readRpcTls, readTls, suites } from "./tls.ts";

function certificates(): string {
  const directory = mkdtempSync(join(tmpdir(), "x509-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const file of ["ca_cert.pem", "server_cert.pem", "server_key.pem"]) {
    writeFileSync(join(directory, file), file);
  }
  return directory;
}

test("TLS is off when unset, 0 or false in any case", () => {
  expect(readTls({})).toBeUndefined();
  expect(readTls({ TLS: "0" })).toBeUndefined();
  expect(readTls({ TLS: "False" })).toBeUndefined();
});

test("TLS=1 reads the three files and leaves the suites to the runtime", () => {
  const tls = readTls({ TLS: "1", TLS_DIRECTORY: certificates() });
  expect(tls?.key.toString()).toBe("server_key.pem");
  expect(tls?.ciphers).toBeUndefined();
  expect(tls?.serverName).toBe("x.test.example.com");
});

test("a suite's name turns TLS on with that suite, and a TLS 1.3 suite raises the lowest version", () => {
  const directory = certificates();
  const suite12 = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
  expect(readTls({ TLS: suite12, TLS_DIRECTORY: directory })).toMatchObject({
    ciphers: suites[suite12],
  });
  expect(readTls({ TLS: "TLS_AES_128_GCM_SHA256", TLS_DIRECTORY: directory })).toMatchObject({
    minVersion: "TLSv1.3",
  });
});

test("an unknown suite is off with a warning, one that this runtime lacks is refused", () => {
  const warnings: string[] = [];
  expect(readTls({ TLS: "TLS_MY_OWN" }, (sentence) => warnings.push(sentence))).toBeUndefined();
  expect(warnings).toHaveLength(1);
  expect(() => readTls({ TLS: "TLS_RSA_WITH_RC4_128_SHA", TLS_DIRECTORY: certificates() })).toThrow(
    /does not offer/,
  );
});

test("a missing certificate is named, with the variable to set", () => {
  expect(() => readTls({ TLS: "true", TLS_DIRECTORY: "/nowhere" })).toThrow(
    /\/nowhere\/ca_cert\.pem.*TLS_DIRECTORY/,
  );
});

test("services may have certificates of their own, with the suite of all", () => {
  const own = certificates();
  const suite = "TLS_AES_128_GCM_SHA256";
  const ofAll = readTls({ TLS: suite, TLS_DIRECTORY: certificates() });

  expect(readRpcTls(undefined, undefined)).toBeUndefined();
  expect(readRpcTls(undefined, ofAll)).toBe(ofAll);
  expect(readRpcTls(own, undefined)?.ca.toString()).toBe("ca_cert.pem");
  expect(readRpcTls(own, ofAll)).toMatchObject({ ciphers: suite, minVersion: "TLSv1.3" });
  expect(() => readRpcTls("/nowhere", undefined)).toThrow("RPC_TLS_DIRECTORY");
});

test("a mounted Kubernetes secret has the files, by the names of its type, all of one version", () => {
  const version = (name: string) => ({
    "ca.crt": `authority ${name}`,
    "tls.crt": `certificate ${name}`,
    "tls.key": `key ${name}`,
  });
  const secret = mountSecret(version("1"));
  onTestFinished(() => secret.remove());
  const read = () => {
    const { ca, cert, key } = readRpcTls(secret.directory, undefined) ?? {};
    return [ca, cert, key].map(String);
  };

  expect(read()).toEqual(["authority 1", "certificate 1", "key 1"]);
  secret.change(version("2"));
  expect(read()).toEqual(["authority 2", "certificate 2", "key 2"]);
});

test("of a secret that lacks one, the file is named", () => {
  const secret = mountSecret({ "tls.crt": "certificate", "tls.key": "key" });
  onTestFinished(() => secret.remove());

  expect(() => readTls({ TLS: "1", TLS_DIRECTORY: secret.directory })).toThrow(
    `${secret.directory}/ca.crt`,
  );
});
