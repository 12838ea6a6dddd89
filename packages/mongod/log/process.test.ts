import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { MongoClient } from "mongodb";
import { expect, onTestFinished, test, vi } from "vitest";
import { createTestAuthority } from "../tls/certificates.ts";

// A machine under load may be slow; what counts is that everything ends.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

type Line = { id: number; s: string; c: string; attr: Record<string, unknown> };

const main = join(import.meta.dirname, "..", "bin", "mongod.mjs");

test("a start, a connection and a stop are logged with mongod's ids, in its order", async () => {
  const mongod = await startProcess(["--auth"]);
  const client = new MongoClient(
    `mongodb://127.0.0.1:${await mongod.port()}/?directConnection=true`,
  );
  await client.db("admin").command({ ping: 1 });
  await client.close();
  await mongod.lineOf(22944);

  mongod.child.kill("SIGTERM");
  const [exitCode] = await once(mongod.child, "close");

  const expected = [
    ...[4615611, 23403, 51765, 21951, 23015, 23016],
    ...[22943, 51800, 22944],
    ...[23377, 23381, 4784900, 20562, 20565, 23138],
  ];
  const seen = mongod.lines.map(({ id }) => id);
  const places = expected.map((id) => seen.indexOf(id));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(exitCode).toBe(0);
});

test("a second server on the same directory says so and exits with 100", async () => {
  const first = await startProcess([]);
  await first.port();

  const second = await startProcess(["--dbpath", first.dbpath]);
  const [exitCode] = await once(second.child, "close");

  expect(exitCode).toBe(100);
  expect(second.lines.find(({ id }) => id === 20557)?.attr.error).toMatch(
    /^DBPathInUse: Unable to lock the lock file: .*mongod\.lock/,
  );
});

test("a server whose own certificate is expired says so and does not start", async () => {
  const authority = await createTestAuthority();
  onTestFinished(() => authority.remove());
  const expired = await authority.issue("CN=example.com", {
    from: new Date("2024-06-26"),
    until: new Date("2025-06-26"),
  });

  const mongod = await startProcess([
    ...["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", expired],
    ...["--tlsCAFile", authority.caFile],
  ]);
  const [exitCode] = await once(mongod.child, "close");

  expect(exitCode).not.toBe(0);
  expect(mongod.lines.find(({ id }) => id === 28652)).toMatchObject({
    s: "F",
    attr: { notAfter: "2025-06-26T00:00:00.000Z" },
  });
  expect(mongod.lines.find(({ id }) => id === 20574)?.attr.error).toMatchObject({
    code: 140,
    codeName: "InvalidSSLConfiguration",
  });
});

test("a password on the command line is blotted out", async () => {
  const mongod = await startProcess(["--tlsCertificateKeyFilePassword", "hush-hush"]);
  await mongod.port();

  expect(mongod.lines.find(({ id }) => id === 21951)?.attr).toMatchObject({
    options: { net: { tls: { certificateKeyFilePassword: "<password>" } } },
  });
  expect(JSON.stringify(mongod.lines)).not.toContain("hush-hush");
});

test("logRotate begins a new file, and the server logs on in it", async () => {
  const folder = await scratch();
  const logpath = join(folder, "mongod.log");
  const mongod = await startProcess(["--logpath", logpath]);
  const port = await vi.waitFor(
    async () => portIn(linesOf(await readFile(logpath, "utf8"))),
    30_000,
  );
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`);
  onTestFinished(() => client.close());

  await client.db("admin").command({ logRotate: 1 });
  mongod.child.kill("SIGTERM");
  await once(mongod.child, "close");

  const old = (await readdir(folder)).find((name) => name !== "mongod.log") ?? "";
  const ids = (text: string) => linesOf(text).map(({ id }) => id);
  expect(ids(await readFile(join(folder, old), "utf8"))).toContain(4615611);
  expect(ids(await readFile(logpath, "utf8"))).toContain(23138);
});

test("a log that nobody reads stops neither the server nor its end", async () => {
  const mongod = await startProcess([]);
  const port = Number(await mongod.port());
  mongod.child.stdout.pause();
  for (let count = 0; count < 600; count += 1) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    await once(socket, "connect");
    socket.destroy();
  }

  mongod.child.kill("SIGTERM");
  const [exitCode] = await once(mongod.child, "exit");

  expect(exitCode).toBe(0);
});

async function startProcess(flags: readonly string[]) {
  const dbpath = await scratch();
  const child = spawn(process.execPath, [main, "--port", "0", "--dbpath", dbpath, ...flags]);
  onTestFinished(() => stop(child));
  const lines: Line[] = [];
  createInterface(child.stdout).on("line", (text) => lines.push(JSON.parse(text)));
  const lineOf = (id: number) =>
    vi.waitFor(() => {
      const line = lines.find((one) => one.id === id);
      if (!line) throw new Error(`nothing was logged with id ${id}`);
      return line;
    }, 30_000);
  return { child, dbpath, lines, lineOf, port: async () => (await lineOf(23016)).attr.port };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mongod-process-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function linesOf(text: string): Line[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function portIn(lines: readonly Line[]): unknown {
  const waiting = lines.find(({ id }) => id === 23016);
  if (!waiting) throw new Error("the server does not listen yet");
  return waiting.attr.port;
}
