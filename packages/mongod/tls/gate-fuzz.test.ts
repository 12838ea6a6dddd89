import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createTestAuthority, type TestAuthority } from "./certificates.ts";
import { TlsGate } from "./gate.ts";
import { GoneBeforeHello, TlsRefused } from "./refusals.ts";
import { readTlsSettings } from "./settings.ts";

// A machine under load may be slow; what counts is that everything ends.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let authority: TestAuthority;
let certificateKeyFile: string;

beforeAll(async () => {
  authority = await createTestAuthority();
  certificateKeyFile = await authority.issue("CN=localhost");
});

afterAll(() => authority.remove());

/** How each connection of a gate ended, as it ends. */
async function gateAt(mode: "requireTLS" | "allowTLS") {
  const outcomes: ("admitted" | "refused" | "gone" | Error)[] = [];
  const gate = new TlsGate(
    readTlsSettings({
      ...{ mode, certificateKeyFile, caFile: authority.caFile },
      allowConnectionsWithoutCertificates: true,
    }),
  );
  const stop = new AbortController();
  const server = createServer((socket) => {
    gate.admit(socket, stop.signal).then(
      ({ stream }) => {
        outcomes.push("admitted");
        stream.on("error", () => {}).destroy();
      },
      (error: unknown) => {
        if (error instanceof GoneBeforeHello) outcomes.push("gone");
        else if (error instanceof TlsRefused) outcomes.push("refused");
        else outcomes.push(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    stop.abort();
    server.close();
    await once(server, "close");
  };
  return { port, outcomes, close };
}

/** Says `bytes`, then ends; resolves when the other side is gone, too. */
function say(port: number, bytes: Uint8Array): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}).resume();
  socket.end(bytes);
  return new Promise((resolve) => socket.on("close", () => resolve()));
}

test("whatever bytes come first, a connection is let in, refused or gone, and then closed", async () => {
  const { port, outcomes, close } = await gateAt("requireTLS");
  const tlsLike = fc
    .uint8Array({ maxLength: 300 })
    .map((rest) => Uint8Array.from([0x16, 0x03, 0x01, 0x01, 0x00, 0x01, 0x00, 0x00, ...rest]));
  const firstBytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), tlsLike);

  await fc.assert(
    fc.asyncProperty(firstBytes, (bytes) => say(port, bytes)),
    { numRuns: 150 },
  );
  await close();

  expect(outcomes).toHaveLength(150);
  expect(outcomes.filter((outcome) => outcome instanceof Error || outcome === "admitted")).toEqual(
    [],
  );
});

test("connections that are opened and dropped at once all come to an end", async () => {
  const { port, outcomes, close } = await gateAt("allowTLS");
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(Array.from({ length: 50 }, () => say(port, new Uint8Array(round))));
  }
  await close();

  expect(outcomes).toHaveLength(1_000);
  expect(outcomes.filter((outcome) => outcome instanceof Error)).toEqual([]);
});
