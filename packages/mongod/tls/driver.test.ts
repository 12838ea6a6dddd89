import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startAuthServer } from "../access/auth-server.ts";
import { createTestAuthority, type TestAuthority } from "./certificates.ts";
import { readTlsSettings, type TlsFlags } from "./settings.ts";

// A machine under load may be slow; what counts is that everything ends.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let authority: TestAuthority;
let certificateKeyFile: string;

beforeAll(async () => {
  authority = await createTestAuthority();
  certificateKeyFile = await authority.issue("CN=localhost");
});

afterAll(() => authority.remove());

/** Clients need no certificate, unless the test says so. */
const settings = (flags: Partial<TlsFlags>) =>
  readTlsSettings({
    ...{ mode: "requireTLS", certificateKeyFile, caFile: authority.caFile },
    allowConnectionsWithoutCertificates: true,
    ...flags,
  });

test("the driver speaks TLS to a server that requires it", async () => {
  const { client } = await startAuthServer({ auth: false, tls: settings({}) });
  const secure = client(undefined, { tls: true, tlsCAFile: authority.caFile });

  await secure.db("a").collection("c").insertOne({ x: 1 });

  expect(await secure.db("a").collection("c").countDocuments()).toBe(1);
});

test("a plain client is closed, and the log says that only TLS is allowed", async () => {
  const { client, log } = await startAuthServer({ auth: false, tls: settings({}) });
  const plain = client(undefined, { serverSelectionTimeoutMS: 300 });

  await expect(plain.connect()).rejects.toMatchObject({ name: "MongoServerSelectionError" });

  expect(log.find(({ id }) => id === 22988)?.attr).toMatchObject({
    error: {
      code: 141,
      codeName: "SSLHandshakeFailed",
      errmsg: "The server is configured to only allow SSL connections",
    },
    remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    connectionId: expect.any(Number),
  });
});

test("one server may be switched to requireTLS and back while it runs", async () => {
  const { client, server } = await startAuthServer({
    auth: false,
    tls: settings({ mode: "disabled" }),
  });
  const short = { serverSelectionTimeoutMS: 300 };
  await client().connect();

  server.instance.gate.setMode("requireTLS");
  await expect(client(undefined, short).connect()).rejects.toThrow();

  server.instance.gate.setMode("disabled");
  await client().connect();
});

test("a client certificate is asked for where there is a CA, and logged if it is missing", async () => {
  const { client, log } = await startAuthServer({
    auth: false,
    tls: settings({ allowConnectionsWithoutCertificates: false }),
  });
  const secure = { tls: true, tlsCAFile: authority.caFile };
  const tlsCertificateKeyFile = await authority.issue("CN=client");

  await client(undefined, { ...secure, tlsCertificateKeyFile }).connect();
  await expect(
    client(undefined, { ...secure, serverSelectionTimeoutMS: 300 }).connect(),
  ).rejects.toThrow();

  expect(log.map(({ id }) => id)).toEqual(expect.arrayContaining([23255, 22988]));
});

test("an expired client certificate is refused, and the log says why", async () => {
  const { client, log } = await startAuthServer({
    auth: false,
    tls: settings({ allowConnectionsWithoutCertificates: false }),
  });
  const tlsCertificateKeyFile = await authority.issue("CN=client", {
    from: new Date("2020-01-01"),
    until: new Date("2021-01-01"),
  });
  const options = { tls: true, tlsCAFile: authority.caFile, tlsCertificateKeyFile };

  await expect(
    client(undefined, { ...options, serverSelectionTimeoutMS: 300 }).connect(),
  ).rejects.toThrow();

  expect(log.find(({ id }) => id === 23256)?.attr).toEqual({ reason: "certificate has expired" });
});

test("a client logs in by its certificate if $external knows its subject", async () => {
  const { client } = await startAuthServer({
    tls: settings({ allowConnectionsWithoutCertificates: false }),
  });
  const tlsCertificateKeyFile = await authority.issue("O=Example,CN=client");
  const options = { tls: true, tlsCAFile: authority.caFile, tlsCertificateKeyFile };
  await client(undefined, options)
    .db("$external")
    .command({ createUser: "CN=client,O=Example", roles: [{ role: "root", db: "admin" }] });

  const known = client(undefined, {
    ...options,
    authMechanism: "MONGODB-X509",
    authSource: "$external",
  });

  expect(await known.db("a").collection("c").countDocuments()).toBe(0);
});
