import { type Db, MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { databaseOf } from "./store-plan.ts";
import { freePort, machine, startAll, temporaryFolder } from "./test-launch.ts";

/** The database of geo, as the launcher runs it, on a directory of its own. */
async function geoDatabase(dbpath = temporaryFolder()) {
  const port = await freePort();
  const dataDirectory = { databasePath: () => dbpath };
  const store = { database: "geo-db", port, auth: true };
  const { servers, url } = databaseOf({ app: "hotel", name: "geo" }, store, {
    machine,
    dataDirectory,
  });
  const { launch } = await startAll(servers);
  return { url, launch, dbpath };
}

function databaseAs(url: string, user: string, database: string): Db {
  const address = url.replace("admin:admin@", user === "" ? "" : `${user}:${user}@`);
  const client = new MongoClient(address, { directConnection: true });
  onTestFinished(() => client.close());
  return client.db(database);
}

test("a new database with access control has the users of the original, with their rights and no more", async () => {
  const { url } = await geoDatabase();

  await databaseAs(url, "admin", "geo-db").collection("geo").insertOne({ hotelId: "1" });
  expect(await databaseAs(url, "root", "geo-db").collection("geo").countDocuments()).toBe(1);
  const elsewhere = databaseAs(url, "admin", "rate-db").collection("inventory").countDocuments();
  await expect(elsewhere).rejects.toMatchObject({ code: 13 });
  const nobody = databaseAs(url, "", "geo-db").collection("geo").countDocuments();
  await expect(nobody).rejects.toMatchObject({ code: 13 });
});

test("a user that somebody dropped is not made again by the next start", async () => {
  const { url, launch, dbpath } = await geoDatabase();
  await databaseAs(url, "root", "admin").command({ dropUser: "admin" });
  await launch.stop();

  const again = await geoDatabase(dbpath);

  const login = databaseAs(again.url, "admin", "geo-db").collection("geo").countDocuments();
  await expect(login).rejects.toMatchObject({ code: 18 });
  expect(await databaseAs(again.url, "root", "geo-db").collection("geo").countDocuments()).toBe(0);
});
