import { expect, test, vi } from "vitest";
import { startHotelServer, userAdminRole } from "./auth-server.ts";

// A machine under load may be slow; what counts is that everything ends.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

// What the scripts in the database pods of the hotel application do, and what follows.

const hotelRole = { role: "readWrite", db: "geo-db" };
const unauthorized = {
  code: 13,
  codeName: "Unauthorized",
  message: expect.stringMatching(
    /^not authorized on geo-db to execute command \{ aggregate: "geo", pipeline: .*\$db: "geo-db" \}$/,
  ),
};

test("admin and root read and write their database and no other", async () => {
  const { client } = await startHotelServer();

  for (const login of ["admin:admin", "root:root"]) {
    const user = client(login);
    await user.db("geo-db").collection("geo").insertOne({ hotelId: login });
    await expect(user.db("rate-db").collection("x").findOne()).rejects.toMatchObject({ code: 13 });
    await expect(user.db("admin").command({ serverStatus: 1 })).rejects.toMatchObject({ code: 13 });
  }
  expect(await client("root:root").db("geo-db").collection("geo").countDocuments()).toBe(2);
});

test("a revoked role stops an open connection at once, and granting it again heals it", async () => {
  const { client, log } = await startHotelServer();
  const service = client("admin:admin");
  const geo = service.db("geo-db").collection("geo");
  expect(await geo.countDocuments()).toBe(0);

  const admin = client("admin:admin").db("admin");
  await admin.command({ revokeRolesFromUser: "admin", roles: [hotelRole] });
  await expect(geo.countDocuments()).rejects.toMatchObject(unauthorized);
  await expect(client("admin:admin").db("geo-db").collection("geo").countDocuments())
    .rejects //
    .toMatchObject(unauthorized);

  await admin.command({ grantRolesToUser: "admin", roles: [hotelRole] });
  expect(await geo.countDocuments()).toBe(0);
  expect(log.find(({ id }) => id === 20436)?.attr.error).toMatchObject({
    code: 13,
    codeName: "Unauthorized",
  });
});

test("a dropped user is out at once: 13 on open connections, 18 on new ones", async () => {
  const { client, log } = await startHotelServer();
  const geo = client("admin:admin").db("geo-db").collection("geo");
  expect(await geo.countDocuments()).toBe(0);

  const root = client("root:root").db("admin");
  await root.command({ dropUser: "admin" });

  await expect(geo.countDocuments()).rejects.toMatchObject({ code: 13, codeName: "Unauthorized" });
  await expect(client("admin:admin").connect()).rejects.toMatchObject({
    code: 18,
    codeName: "AuthenticationFailed",
    message: "Authentication failed.",
  });
  expect(log.findLast(({ id }) => id === 20249)?.attr).toMatchObject({
    principalName: "admin",
    authenticationDatabase: "admin",
    error: 'UserNotFound: Could not find user "admin" for db "admin"',
  });
});

test("the mitigation of a dropped user restores service to new connections", async () => {
  const { client } = await startHotelServer();
  const root = client("root:root").db("admin");
  await root.command({ dropUser: "admin" });

  await root.command({ createUser: "admin", pwd: "admin", roles: [userAdminRole] });
  await root.command({ grantRolesToUser: "admin", roles: [hotelRole] });

  expect(await client("admin:admin").db("geo-db").collection("geo").countDocuments()).toBe(0);
});

test("no log line holds a password or a proof", async () => {
  const { client, log } = await startHotelServer();
  await client("admin:admin").connect();
  await expect(client("admin:wrong-secret").connect()).rejects.toThrow();
  const stranger = client().db("admin");
  await expect(
    stranger.command({ createUser: "x", pwd: "top-secret", roles: [] }),
  ).rejects.toMatchObject({ code: 13 });

  const text = JSON.stringify(log);
  expect(text).not.toMatch(/top-secret|wrong-secret|payload":\{/);
  expect(text).toContain('"id":20250');
});
