import { createConnection } from "node:net";
import { startHttpServer } from "@faultline/rpc/http/server";
import { testCall } from "@faultline/rpc/test-call";
import { connectMongo } from "@faultline/stores/mongo-client";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { BSON, MongoClient } from "mongodb";
import { expect, onTestFinished, test } from "vitest";
import { createMediaFrontend } from "./media-frontend.ts";
import { seedMedia } from "./seed.ts";

const mongoUrl = mongoForFile();
const pixels = Buffer.from([
  0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff, 0xfe, 0x0a,
]);

async function open() {
  const database = `media-${crypto.randomUUID()}`;
  const mongo = connectMongo({
    ...{ service: "media-frontend", peer: "media-mongodb", url: mongoUrl(), database },
    bigints: true,
  });
  onTestFinished(() => mongo.close());
  await seedMedia(mongo, testCall());
  const server = await startHttpServer({
    ...{ handlers: createMediaFrontend(mongo), service: "media-frontend", log: testCall().log },
    ...{ host: "127.0.0.1", port: 0 },
  });
  onTestFinished(() => server.close());
  return { database, url: `http://127.0.0.1:${server.port}` };
}

async function foreignClient(database: string) {
  const client = new MongoClient(mongoUrl());
  onTestFinished(() => client.close());
  return client.db(database).collection("media");
}

test("a file is stored under the original's names, as binary", async () => {
  const { database, url } = await open();
  const form = new FormData();
  form.append("media", new Blob([new Uint8Array(pixels)]), "a.png");

  const uploaded = await fetch(`${url}/upload-media`, { method: "POST", body: form });
  const { media_id: id } = (await uploaded.json()) as Record<string, string>;

  const stored = await (await foreignClient(database)).findOne({ filename: `${id}.png` });
  expect(Object.keys(stored ?? {}).sort()).toEqual(["_id", "file", "filename"]);
  expect(Buffer.from(stored?.file.buffer).equals(pixels)).toBe(true);
});

test("files are found by an index", async () => {
  const { database } = await open();
  const indexes = await (await foreignClient(database)).indexes();
  expect(indexes.map(({ key }) => key)).toContainEqual({ filename: 1 });
});

test("a file that the original stored as a string that is no text comes back byte for byte", async () => {
  const { database, url } = await open();
  await insertAsString(database, "7.png");

  const got = await fetch(`${url}/get-media?filename=7.png`);

  expect(Buffer.from(await got.arrayBuffer())).toEqual(pixels);
});

/** Inserts what no driver of today would send: a string that is not UTF-8. */
function insertAsString(database: string, filename: string): Promise<void> {
  const placeholder = "x".repeat(pixels.byteLength);
  const command = { insert: "media", documents: [{ filename, file: placeholder }], $db: database };
  const body = Buffer.from(BSON.serialize(command));
  pixels.copy(body, body.indexOf(placeholder));
  const header = Buffer.alloc(21);
  header.writeInt32LE(header.byteLength + body.byteLength, 0);
  header.writeInt32LE(1, 4);
  header.writeInt32LE(2013, 12);
  const { hostname, port } = new URL(mongoUrl());
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(port), hostname, () => {
      socket.write(Buffer.concat([header, body]));
    });
    socket.once("data", (reply: Buffer) => {
      const { ok, n } = BSON.deserialize(reply.subarray(21));
      socket.destroy();
      if (ok === 1 && n === 1) resolve();
      else reject(new Error("the server did not take it"));
    });
    socket.once("error", reject);
  });
}
