import { mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ObjectId, UUID } from "bson";
import { expect, onTestFinished, test } from "vitest";
import { events } from "./events.ts";
import { logLine } from "./line.ts";
import { openLog } from "./log.ts";
import { redacted } from "./redact.ts";

const line = (attributes: Record<string, unknown>) =>
  logLine(events.connectionAccepted, { context: "listener", attributes, now: new Date() });

test("a line is laid out as mongod lays it out", () => {
  const text = line({ remote: "127.0.0.1:40000", connectionId: 1, connectionCount: 1 });

  expect(text).toMatch(
    /^\{"t":\{"\$date":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d"\},"s":"I", {2}"c":"NETWORK", {2}"id":22943, {3}"ctx":"listener","msg":"Connection accepted","attr":\{"remote":"127\.0\.0\.1:40000","connectionId":1,"connectionCount":1\}\}$/,
  );
});

test("BSON values in attributes are extended JSON and missing ones are left out", () => {
  const id = new ObjectId("0123456789abcdef01234567");
  const uuid = new UUID("c6b35845-a51a-479e-8048-ca2b483e58b9");

  const { attr } = JSON.parse(line({ id, uuid, none: undefined }));

  expect(attr).toEqual({ id: { $oid: id.toHexString() }, uuid: { $uuid: uuid.toHexString() } });
});

test("an attribute that is too long is cut, and the line says so", () => {
  const parsed = JSON.parse(line({ command: { find: "x".repeat(50_000) } }));

  expect(parsed.attr.command.length).toBe(10 * 1024);
  expect(parsed.truncated.command.size).toBeGreaterThan(50_000);
});

test("every event has an id of its own", () => {
  const ids = Object.values(events).map((event) => event.id);

  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  { createUser: "a", pwd: "secret", roles: [] },
  { updateUser: "a", pwd: "secret" },
  { saslStart: 1, mechanism: "SCRAM-SHA-1", payload: "secret" },
  { saslContinue: 1, conversationId: 1, payload: "secret" },
  { hello: 1, speculativeAuthenticate: { saslStart: 1, payload: "secret" } },
])("the secret in %j is not written", (command) => {
  expect(JSON.stringify(redacted(command))).not.toContain("secret");
});

test("a query about a field that is called like a secret is left as it is", () => {
  const command = { find: "letters", filter: { payload: 1 }, key: 2 };

  expect(redacted(command)).toBe(command);
});

test("a quiet log leaves out connections and keeps refused logins", async () => {
  const lines: string[] = [];
  const log = await openLog({ quiet: true, toLine: (text) => lines.push(text) });

  log.write("connectionAccepted", "listener", {});
  log.write("authenticationFailed", "conn1", {});

  expect(lines.map((text) => JSON.parse(text).id)).toEqual([20249]);
});

test("a start moves the old log aside, and appends to it if asked", async () => {
  const path = await logPath();
  await writeOnce(path, {});
  await writeOnce(path, { append: true });
  await writeOnce(path, {});

  const files = await readdir(join(path, ".."));
  const current = await readFile(path, "utf8");

  expect(files).toHaveLength(2);
  expect(current.trimEnd().split("\n")).toHaveLength(1);
});

test("a rotation keeps every line in the old file and begins a new one", async () => {
  const path = await logPath();
  const log = await openLog({ path });
  for (let count = 0; count < 1_000; count += 1) log.write("slowQuery", "conn1", { count });

  await log.rotate();
  log.write("slowQuery", "conn1", { count: "after" });
  await log.close();

  const old = (await readdir(join(path, ".."))).find((name) => name !== "mongod.log") ?? "";
  const oldText = await readFile(join(path, "..", old), "utf8");
  expect(oldText.split("\n").filter((text) => text.includes('"id":51803,'))).toHaveLength(1_000);
  expect(await readFile(path, "utf8")).toContain('"count":"after"');
});

test("a rotation by reopening follows a file that somebody else has moved", async () => {
  const path = await logPath();
  const log = await openLog({ path, rotate: "reopen" });
  log.write("slowQuery", "conn1", { count: 1 });
  await rename(path, `${path}.moved`);

  await log.rotate();
  log.write("slowQuery", "conn1", { count: 2 });
  await log.close();

  expect(await readFile(path, "utf8")).toContain('"count":2');
});

test("lines that wait when the log is closed are written, in order", async () => {
  const path = await logPath();
  const log = await openLog({ path });
  for (let count = 0; count < 500; count += 1) log.write("slowQuery", "conn1", { count });

  await log.close();

  const counts = (await readFile(path, "utf8"))
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text).attr.count);
  expect(counts).toEqual(Array.from({ length: 500 }, (_, index) => index));
});

async function logPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mongod-log-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "mongod.log");
}

async function writeOnce(path: string, options: { append?: boolean }): Promise<void> {
  const log = await openLog({ path, ...options });
  log.write("mongoStarting", "initandlisten", { pid: 1 });
  await log.close();
}
