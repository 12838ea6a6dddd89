import { expect, test, vi } from "vitest";
import { createAdmin, startAuthServer, startHotelServer } from "./auth-server.ts";

// A machine under load may be slow; what counts is that everything ends.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

// What one user or command has may not be used through another.

test("a cursor belongs to the user who opened it", async () => {
  const { client } = await startHotelServer();
  const names = (login: string) => client(login).db("geo-db");
  const owner = names("admin:admin");
  const stranger = names("root:root");
  await owner.collection("geo").insertMany(Array.from({ length: 10 }, (_, n) => ({ n })));
  const { cursor } = await owner.command({ find: "geo", batchSize: 2 });
  const getMore = { getMore: cursor.id, collection: "geo" };

  await expect(stranger.command(getMore)).rejects.toMatchObject({
    code: 13,
    message: `cursor id ${cursor.id} was not created by the authenticated user`,
  });
  await expect(
    stranger.command({ killCursors: "geo", cursors: [cursor.id] }),
  ).rejects.toMatchObject({ code: 13 });

  expect((await owner.command(getMore)).cursor.nextBatch).toHaveLength(8);
});

test("explaining a command asks for the privileges of that command", async () => {
  const { client } = await startAuthServer();
  await createAdmin(client().db("admin"));
  const admin = client("admin:admin").db("admin");
  await admin.command({
    createUser: "reader",
    pwd: "secret",
    roles: [{ role: "read", db: "shop" }],
  });
  const reader = client("reader:secret").db("shop");
  const explain = (command: object) => reader.command({ explain: command });

  expect(await explain({ find: "items" })).toMatchObject({ ok: 1 });
  const deletes = [{ q: {}, limit: 0 }];
  await expect(explain({ delete: "items", deletes })).rejects.toMatchObject({ code: 13 });
  const pipeline = [{ $lookup: { from: "x", as: "x", pipeline: [] } }, { $out: "copy" }];
  await expect(explain({ aggregate: "items", pipeline })).rejects.toMatchObject({ code: 13 });
});
