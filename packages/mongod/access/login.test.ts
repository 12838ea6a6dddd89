import { Binary, Double, Int32, Timestamp, UUID } from "bson";
import { expect, test } from "vitest";
import type { Client } from "../client.ts";
import { openLog } from "../log/log.ts";
import { AccessControl } from "./access-control.ts";
import { authorize } from "./authorize.ts";
import { createMemoryDocuments } from "./documents.ts";
import { continueLogin, speculate, startLogin } from "./login.ts";
import { createScramCredential } from "./scram.ts";
import { clientOf } from "./scram-client.ts";

const login = { user: "admin", password: "admin" };

test("a login that succeeds is logged with MongoDB's id and attributes", async () => {
  const { context, lines } = await serverWithAdmin();

  logIn(context, "admin");

  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    id: 20250,
    c: "ACCESS",
    ctx: "conn7",
    msg: "Authentication succeeded",
    attr: {
      mechanism: "SCRAM-SHA-1",
      speculative: false,
      principalName: "admin",
      authenticationDatabase: "admin",
      remote: "127.0.0.1:4000",
      extraInfo: {},
    },
  });
});

test("an unknown user hears 18 and the log says UserNotFound", async () => {
  const { context, lines, control } = await serverWithAdmin();
  control.removeUser({ user: "admin", db: "admin" });

  expect(() => logIn(context, "admin")).toThrow(
    expect.objectContaining({ code: 18, message: "Authentication failed." }),
  );

  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    id: 20249,
    attr: {
      principalName: "admin",
      error: 'UserNotFound: Could not find user "admin" for db "admin"',
    },
  });
});

test("a wrong password hears 18 and the log says why", async () => {
  const { context, lines } = await serverWithAdmin();

  expect(() => logIn(context, "wrong")).toThrow(expect.objectContaining({ code: 18 }));

  expect(lines[0]).toContain("SCRAM authentication failed, storedKey mismatch");
});

test("a user who is dropped in the middle of his login does not get in", async () => {
  const { context, control } = await serverWithAdmin();
  const client = clientOf("SCRAM-SHA-1", login);
  const challenge = start(context, client.first());

  control.removeUser({ user: "admin", db: "admin" });

  const proof = client.final(Buffer.from(challenge.payload.buffer));
  expect(() => proceed(context, proof)).toThrow(expect.objectContaining({ code: 18 }));
});

test("a password that is changed in the middle of a login ends it", async () => {
  const { context, control } = await serverWithAdmin();
  const client = clientOf("SCRAM-SHA-1", login);
  const challenge = start(context, client.first());
  const credential = await createScramCredential("SCRAM-SHA-1", { ...login, password: "new" });
  const user = control.user({ user: "admin", db: "admin" });

  control.putUser({ ...user, credentials: { "SCRAM-SHA-1": credential } });

  const proof = client.final(Buffer.from(challenge.payload.buffer));
  expect(() => proceed(context, proof)).toThrow(expect.objectContaining({ code: 18 }));
});

test("a message of a login that nobody began is a protocol error", async () => {
  const { context } = await serverWithAdmin();

  expect(() => proceed(context, Buffer.alloc(0))).toThrow(expect.objectContaining({ code: 17 }));
});

test("a hello begins a login, or leaves it out if it cannot succeed", async () => {
  const { context, control } = await serverWithAdmin();
  const payload = new Binary(clientOf("SCRAM-SHA-1", login).first());
  const asked = { saslStart: 1, mechanism: "SCRAM-SHA-1", payload, db: "admin" };

  expect(speculate(context, asked)).toMatchObject({ conversationId: 1, done: false });
  control.removeUser({ user: "admin", db: "admin" });
  expect(speculate(context, asked)).toBeUndefined();
});

test("a refused command is worded and logged as in MongoDB", async () => {
  const { context, lines } = await serverWithAdmin();
  logIn(context, "admin");
  const body = {
    find: "geo",
    filter: { lat: new Double(1), n: new Int32(1), t: new Timestamp({ t: 7, i: 1 }) },
    $db: "geo-db",
  };
  const errmsg =
    'not authorized on geo-db to execute command { find: "geo", filter: { lat: 1.0, n: 1, t: Timestamp(7, 1) }, $db: "geo-db" }';

  expect(() => find(context, body)).toThrow(expect.objectContaining({ code: 13, message: errmsg }));

  expect(JSON.parse(lines[1] ?? "")).toMatchObject({
    id: 20436,
    c: "ACCESS",
    msg: "Checking authorization failed",
    attr: { error: { code: 13, codeName: "Unauthorized", errmsg } },
  });
});

test("a command of somebody who has not logged in asks for that", async () => {
  const { context } = await serverWithAdmin();

  expect(() => find(context, { find: "geo" })).toThrow("command find requires authentication");
});

type Context = Awaited<ReturnType<typeof serverWithAdmin>>["context"];

async function serverWithAdmin() {
  const control = new AccessControl(createMemoryDocuments(), { isEnabled: true });
  control.addUser({
    _id: "admin.admin",
    userId: new UUID(),
    user: "admin",
    db: "admin",
    credentials: { "SCRAM-SHA-1": await createScramCredential("SCRAM-SHA-1", login) },
    roles: [],
  });
  const lines: string[] = [];
  const log = await openLog({ toLine: (line) => lines.push(line) });
  const client: Client = {
    id: 7,
    remote: "127.0.0.1:4000",
    isLocal: true,
    metadata: undefined,
    access: undefined,
    closeAfterReply: false,
  };
  return { context: { client, control, log }, control, lines };
}

function start(context: Context, payload: Buffer) {
  const body = {
    mechanism: "SCRAM-SHA-1",
    payload: new Binary(payload),
    options: { skipEmptyExchange: true },
  };
  return startLogin(context, { body, db: "admin", speculative: false });
}

function proceed(context: Context, payload: Buffer) {
  return continueLogin(context, { conversationId: 1, payload: new Binary(payload) });
}

function logIn(context: Context, password: string) {
  const client = clientOf("SCRAM-SHA-1", { user: "admin", password });
  const challenge = start(context, client.first());
  return proceed(context, client.final(Buffer.from(challenge.payload.buffer)));
}

function find({ client, control, log }: Context, body: object) {
  const privileges = () => [{ resource: { db: "geo-db", collection: "geo" }, actions: ["find"] }];
  authorize({ name: "find", db: "geo-db", body, client }, { privileges }, { control, log });
}
