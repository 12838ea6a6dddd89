import { expect, test, vi } from "vitest";
import { createMemoryStorage } from "../storage/memory.ts";
import type { Storage } from "../storage.ts";
import { createAdmin, startAuthServer, startHotelServer } from "./auth-server.ts";

// A machine under load may be slow; what counts is that everything ends.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

test.each(["SCRAM-SHA-1", "SCRAM-SHA-256", "DEFAULT"] as const)(
  "the driver logs in with %s",
  async (authMechanism) => {
    const { client, log } = await startHotelServer();
    const user = client("admin:admin", { authMechanism });

    const { authInfo } = await user.db("admin").command({ connectionStatus: 1 });

    const mechanism = authMechanism === "DEFAULT" ? "SCRAM-SHA-256" : authMechanism;
    expect(authInfo.authenticatedUsers).toEqual([{ user: "admin", db: "admin" }]);
    expect(log.findLast(({ id }) => id === 20250)?.attr).toMatchObject({
      mechanism,
      speculative: true,
    });
  },
);

test("whoever has not logged in is asked to", async () => {
  const { client } = await startHotelServer();

  await expect(client().db("geo-db").collection("geo").findOne()).rejects.toMatchObject({
    code: 13,
    message: "command find requires authentication",
  });
});

test("the exception for localhost ends with the first user", async () => {
  const { client } = await startAuthServer();
  const local = client();
  await expect(local.db("geo-db").collection("geo").findOne()).rejects.toMatchObject({ code: 13 });

  await createAdmin(local.db("admin"));

  await expect(createAdmin(local.db("admin"))).rejects.toMatchObject({
    code: 13,
    message: "command createUser requires authentication",
  });
});

test("errors about users and roles have MongoDB's codes and texts", async () => {
  const { client } = await startHotelServer();
  const admin = client("admin:admin").db("admin");

  await expect(createAdmin(admin)).rejects.toMatchObject({
    code: 51003,
    message: 'User "admin@admin" already exists',
  });
  await expect(
    admin.command({ createUser: "x", pwd: "x", roles: ["nonsense"] }),
  ).rejects.toMatchObject({
    code: 31,
    codeName: "RoleNotFound",
    message: "No role named nonsense@admin",
  });
  await expect(admin.command({ dropUser: "x" })).rejects.toMatchObject({
    code: 11,
    codeName: "UserNotFound",
    message: "User 'x@admin' not found",
  });
  await expect(admin.command({ grantRolesToUser: "x", roles: ["read"] })).rejects.toMatchObject({
    code: 11,
    message: 'Could not find user "x" for db "admin"',
  });
});

test("usersInfo shows a user as MongoDB does, with credentials only on request", async () => {
  const { client } = await startHotelServer();
  const admin = client("admin:admin").db("admin");

  const plain = await admin.command({ usersInfo: "admin" });
  const full = await admin.command({
    usersInfo: { user: "admin", db: "admin" },
    showCredentials: true,
  });

  expect(plain.users).toEqual([
    {
      _id: "admin.admin",
      userId: expect.objectContaining({ sub_type: 4 }),
      user: "admin",
      db: "admin",
      roles: [
        { role: "userAdminAnyDatabase", db: "admin" },
        { role: "readWrite", db: "geo-db" },
      ],
      mechanisms: ["SCRAM-SHA-1", "SCRAM-SHA-256"],
    },
  ]);
  expect(full.users[0].credentials).toMatchObject({
    "SCRAM-SHA-1": { iterationCount: 10_000, storedKey: expect.stringMatching(/=$/) },
    "SCRAM-SHA-256": { iterationCount: 15_000, serverKey: expect.stringMatching(/=$/) },
  });
});

test("a user document lies in admin.system.users", async () => {
  const { client } = await startHotelServer();

  const users = client("admin:admin").db("admin").collection("system.users");

  expect(await users.findOne({ user: "root" })).toMatchObject({
    _id: "admin.root",
    credentials: { "SCRAM-SHA-1": { iterationCount: 10_000 } },
  });
});

test("a changed password counts from the next login on; open connections go on", async () => {
  const { client } = await startHotelServer();
  const open = client("admin:admin").db("geo-db").collection("geo");
  expect(await open.countDocuments()).toBe(0);

  const root = client("root:root").db("admin");
  await root.command({ updateUser: "admin", pwd: "new" });

  expect(await open.countDocuments()).toBe(0);
  await expect(client("admin:admin").connect()).rejects.toMatchObject({ code: 18 });
  await client("admin:new").connect();
});

test("users, roles and passwords outlive the server", async () => {
  const storage = keptOpen(createMemoryStorage());
  const before = await startAuthServer({ storage });
  await createAdmin(before.client().db("admin"));
  await before.server.close();

  const after = await startAuthServer({ storage });

  await after.client("admin:admin").connect();
});

test("a custom role on one collection allows that and nothing else", async () => {
  const { client } = await startHotelServer();
  const admin = client("admin:admin").db("admin");
  const resource = { db: "geo-db", collection: "geo" };
  await admin.command({
    createRole: "counter",
    privileges: [{ resource, actions: ["find"] }],
    roles: [],
  });
  await admin.command({ createUser: "reader", pwd: "reader", roles: ["counter"] });
  const geo = client("reader:reader").db("geo-db");

  expect(await geo.collection("geo").countDocuments()).toBe(0);
  await expect(geo.collection("geo").insertOne({})).rejects.toMatchObject({ code: 13 });
  await expect(geo.collection("other").findOne()).rejects.toMatchObject({ code: 13 });

  await admin.command({
    revokePrivilegesFromRole: "counter",
    privileges: [{ resource, actions: ["find"] }],
  });
  await expect(geo.collection("geo").countDocuments()).rejects.toMatchObject({ code: 13 });
  await admin.command({ dropRole: "counter" });
  expect((await admin.command({ usersInfo: "reader" })).users[0].roles).toEqual([]);
});

test("rolesInfo tells about built-in and custom roles", async () => {
  const { client } = await startHotelServer();
  const admin = client("admin:admin").db("admin");

  const one = await admin.command({
    rolesInfo: { role: "read", db: "geo-db" },
    showPrivileges: true,
  });
  const all = await admin.command({ rolesInfo: 1, showBuiltinRoles: true });

  expect(one.roles[0]).toMatchObject({ role: "read", db: "geo-db", isBuiltin: true });
  expect(one.roles[0].privileges[0].actions).toContain("find");
  expect(all.roles.map((role: { role: string }) => role.role)).toContain("root");
});

test("a user without the right to manage users cannot make himself root", async () => {
  const { client } = await startHotelServer();
  const admin = client("admin:admin").db("admin");
  await admin.command({ createUser: "plain", pwd: "plain", roles: [] });
  const plain = client("plain:plain").db("admin");

  await expect(plain.command({ grantRolesToUser: "plain", roles: ["root"] })).rejects.toMatchObject(
    { code: 13 },
  );
  expect((await plain.command({ usersInfo: "plain" })).users).toHaveLength(1);
  await expect(plain.command({ usersInfo: "admin" })).rejects.toMatchObject({ code: 13 });
});

test("logins while their user is dropped and made anew end well or with 18, never otherwise", async () => {
  const { client } = await startHotelServer();
  const root = client("root:root").db("admin");
  const logIn = () =>
    client("admin:admin")
      .connect()
      .then(
        () => "in",
        (error) => error.code,
      );
  const attempts: Promise<unknown>[] = [];
  for (let round = 0; round < 10; round += 1) {
    attempts.push(logIn(), logIn());
    await root.command({ dropUser: "admin" });
    attempts.push(logIn(), logIn());
    await createAdmin(root);
  }

  const outcomes = await Promise.all(attempts);

  expect(outcomes.filter((outcome) => outcome !== "in" && outcome !== 18)).toEqual([]);
});

test("without --auth everything is allowed, and logins are checked all the same", async () => {
  const { client } = await startAuthServer({ auth: false });
  await createAdmin(client().db("admin"));

  await client().db("geo-db").collection("geo").insertOne({});
  await client("admin:admin").connect();
  await expect(client("admin:wrong").connect()).rejects.toMatchObject({ code: 18 });
});

test("of two who make the same user at once, one succeeds", async () => {
  const { client } = await startHotelServer();
  const make = (login: string) =>
    client(login).db("admin").command({ createUser: "twin", pwd: login, roles: [] });

  const outcomes = await Promise.allSettled([make("admin:admin"), make("root:root")]);

  const failures = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(failures).toEqual([
    { status: "rejected", reason: expect.objectContaining({ code: 51003 }) },
  ]);
});

test("a write to the collection of users counts at once, as a restore needs it", async () => {
  const { client } = await startHotelServer();
  const admin = client("admin:admin").db("admin");
  await admin.command({ createUser: "boss", pwd: "boss", roles: ["root"] });
  const open = client("root:root").db("geo-db").collection("geo");
  expect(await open.countDocuments()).toBe(0);
  const users = client("boss:boss").db("admin").collection<{ _id: string }>("system.users");

  const root = await users.findOneAndDelete({ _id: "admin.root" });
  await expect(open.countDocuments()).rejects.toMatchObject({ code: 13 });
  await users.insertOne(root ?? { _id: "" });

  await client("root:root").connect();
});

test("dropAllUsersFromDatabase drops the users of one database", async () => {
  const { client } = await startHotelServer();
  const root = client("root:root");
  await root.db("geo-db").command({ createUser: "one", pwd: "one", roles: ["read"] });

  expect(await root.db("geo-db").command({ dropAllUsersFromDatabase: 1 })).toMatchObject({ n: 1 });
  expect((await root.db("admin").command({ usersInfo: 1 })).users).toHaveLength(2);
});

/** A storage that two servers may use, one after the other. */
function keptOpen(storage: Storage): Storage {
  return {
    get: (key) => storage.get(key),
    range: (from, to, options) => storage.range(from, to, options),
    write: (changes) => storage.write(changes),
    flush: () => storage.flush(),
    close: async () => {},
  };
}
