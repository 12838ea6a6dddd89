import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { createTestAuthority, type TestAuthority } from "./certificates.ts";
import { type Admitted, TlsGate } from "./gate.ts";
import { readTlsSettings, type TlsFlags, TlsMisconfigured } from "./settings.ts";

// A machine under load may be slow; what counts is that everything ends.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let authority: TestAuthority;
let stranger: TestAuthority;
let serverPem: string;

beforeAll(async () => {
  [authority, stranger] = await Promise.all([
    createTestAuthority(),
    createTestAuthority("Stranger"),
  ]);
  serverPem = await authority.issue("CN=localhost");
});

afterAll(() => Promise.all([authority.remove(), stranger.remove()]));

/** The header of a hello: 16 bytes, answering nothing, and a body that follows. */
const message = Buffer.from("1a000000010000000000000dd0070000hello-body", "latin1");
message.writeInt32LE(0, 8);

test.each(["disabled", "allowTLS", "preferTLS"] as const)("%s lets plain text in", async (mode) => {
  const port = await listening({ mode });

  expect(await echoPlain(port)).toBe(message.toString());
});

test.each(["allowTLS", "preferTLS", "requireTLS"] as const)("%s lets TLS in", async (mode) => {
  const port = await listening({ mode });

  expect(await echoSecure(port)).toBe(message.toString());
});

test("requireTLS closes a plain connection without a word, and says why", async () => {
  const refused: Error[] = [];
  const port = await listening({ mode: "requireTLS" }, { refused });

  expect(await echoPlain(port)).toBe("");
  expect(refused[0]).toMatchObject({
    code: 141,
    codeName: "SSLHandshakeFailed",
    message: "The server is configured to only allow SSL connections",
  });
});

test("disabled closes a TLS connection, and says why", async () => {
  const refused: Error[] = [];
  const port = await listening({ mode: "disabled" }, { refused });

  await expect(echoSecure(port)).rejects.toThrow();
  expect(refused[0]?.message).toContain("started without SSL support");
});

test("a message that comes byte by byte is read whole", async () => {
  const port = await listening({ mode: "preferTLS" });
  const socket = connect(port, "127.0.0.1").setNoDelay();
  onTestFinished(() => void socket.destroy());
  for (const byte of message) {
    socket.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }

  expect(await received(socket)).toBe(message.toString());
});

test("a client certificate of the authority is accepted and its subject is known", async () => {
  const admitted: Admitted[] = [];
  const port = await listening({ mode: "requireTLS", caFile: authority.caFile }, { admitted });
  const pem = await authority.issue("O=Example,OU=users,CN=client");

  expect(await echoSecure(port, pem)).toBe(message.toString());
  expect(admitted[0]?.certificateSubject).toBe("CN=client,OU=users,O=Example");
});

test("with a CA, a client without a certificate is refused unless that is allowed", async () => {
  const refused: Error[] = [];
  const flags = { mode: "requireTLS", caFile: authority.caFile } as const;
  const strict = await listening(flags, { refused });
  const lenient = await listening({ ...flags, allowConnectionsWithoutCertificates: true });

  expect(await echoSecure(strict)).toBe("");
  expect(refused[0]?.message).toContain("No SSL certificate provided by peer");
  expect(await echoSecure(lenient)).toBe(message.toString());
});

test("an expired client certificate and one of a stranger are refused with the reason", async () => {
  const refused: Error[] = [];
  const port = await listening({ mode: "requireTLS", caFile: authority.caFile }, { refused });
  const expired = await authority.issue("CN=old", {
    from: new Date("2020-01-01"),
    until: new Date("2021-01-01"),
  });
  const foreign = await stranger.issue("CN=somebody");

  expect(await echoSecure(port, expired)).toBe("");
  expect(await echoSecure(port, foreign)).toBe("");

  expect(refused.map((error) => error.message)).toEqual([
    "SSL peer certificate validation failed: certificate has expired",
    expect.stringContaining("SSL peer certificate validation failed: unable to"),
  ]);
});

test("the mode of a running server can be changed to and fro", async () => {
  const files = {
    certificateKeyFile: serverPem,
    caFile: authority.caFile,
    allowConnectionsWithoutCertificates: true,
  };
  const gate = new TlsGate(readTlsSettings({ mode: "disabled", ...files }));
  const port = await listeningWith(gate);
  expect(await echoPlain(port)).toBe(message.toString());

  gate.setMode("requireTLS");
  expect(await echoPlain(port)).toBe("");
  expect(await echoSecure(port)).toBe(message.toString());

  gate.setMode("disabled");
  expect(await echoPlain(port)).toBe(message.toString());
});

test("a mode that needs a certificate cannot be set without one", () => {
  const gate = new TlsGate(readTlsSettings({ mode: "disabled" }));

  expect(() => gate.setMode("requireTLS")).toThrow("needs a certificate");
});

test("garbage is refused and leaves nothing open", async () => {
  const refused: Error[] = [];
  const port = await listening({ mode: "requireTLS" }, { refused });
  const socket = connect(port, "127.0.0.1");
  socket.write(Buffer.alloc(64, 0xff).fill(0x41, 8, 12));

  await received(socket);

  expect(refused[0]?.message).toContain("SSL handshake failed");
});

test("a server whose own certificate is expired does not start", async () => {
  const expired = await authority.issue("CN=localhost", {
    from: new Date("2024-06-26"),
    until: new Date("2025-06-26"),
  });

  const { caFile } = authority;
  const read = () => readTlsSettings({ mode: "requireTLS", certificateKeyFile: expired, caFile });

  expect(read).toThrow(TlsMisconfigured);
  expect(read).toThrow(
    expect.objectContaining({
      code: 140,
      isExpired: true,
      message: "The provided SSL certificate is expired or not yet valid.",
    }),
  );
});

test("without TLS a bad certificate does not matter, but TLS cannot be switched on with it", async () => {
  const certificateKeyFile = await authority.issue("CN=localhost", {
    from: new Date("2024-06-26"),
    until: new Date("2025-06-26"),
  });
  const gate = new TlsGate(readTlsSettings({ mode: "disabled", certificateKeyFile }));

  expect(await echoPlain(await listeningWith(gate))).toBe(message.toString());
  expect(() => gate.setMode("requireTLS")).toThrow("needs a certificate");
});

test("files that are missing, not PEM or without a key are refused", () => {
  const { caFile } = authority;
  expect(() => readTlsSettings({ mode: "requireTLS", caFile })).toThrow("tlsCertificateKeyFile");
  for (const certificateKeyFile of ["/does/not/exist.pem", import.meta.filename, caFile]) {
    expect(() => readTlsSettings({ mode: "requireTLS", certificateKeyFile, caFile })).toThrow(
      TlsMisconfigured,
    );
  }
});

test.each(["allowTLS", "preferTLS", "requireTLS"] as const)(
  "%s without a CA file is refused",
  (mode) => {
    expect(() => readTlsSettings({ mode, certificateKeyFile: serverPem })).toThrow(
      "without specifying a chain of trust is no longer supported",
    );
  },
);

type Seen = { refused?: Error[]; admitted?: Admitted[] };

function listening(flags: TlsFlags, seen: Seen = {}): Promise<number> {
  // Without a CA of the test's own, clients need no certificate.
  const trust = { caFile: authority.caFile, allowConnectionsWithoutCertificates: true };
  const settings = readTlsSettings({
    certificateKeyFile: serverPem,
    ...(flags.caFile ? {} : trust),
    ...flags,
  });
  return listeningWith(new TlsGate(settings), seen);
}

/** A server that sends back what it gets. */
async function listeningWith(gate: TlsGate, { refused, admitted }: Seen = {}): Promise<number> {
  const stop = new AbortController();
  const server = createServer(async (socket) => {
    try {
      const client = await gate.admit(socket, stop.signal);
      admitted?.push(client);
      client.stream.on("error", () => {}).pipe(client.stream);
    } catch (error) {
      if (error instanceof Error) refused?.push(error);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    stop.abort();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return port;
}

function echoPlain(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(message);
  return received(socket);
}

function echoSecure(port: number, pem?: string): Promise<string> {
  const identity = pem ? { cert: readFileSync(pem), key: readFileSync(pem) } : {};
  const ca = readFileSync(authority.caFile);
  const socket = connectTls({ port, host: "127.0.0.1", ca, ...identity });
  socket.write(message);
  return received(socket);
}

/** What the other side sends until it has sent all of `message` back, or closes. */
function received(socket: Socket): Promise<string> {
  let text = "";
  return new Promise((resolve, reject) => {
    socket.on("data", (chunk) => {
      text += chunk;
      if (text.length >= message.length) socket.end();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}
