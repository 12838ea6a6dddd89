import { connect } from "node:net";
import { startHttpServer } from "@faultline/rpc/http/server";
import { testCall } from "@faultline/rpc/test-call";
import type { Document, Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, onTestFinished, test } from "vitest";
import { createMediaFrontend, type MediaFrontendOptions } from "./media-frontend.ts";
import { MediaMemory } from "./media-memory.ts";
import { fileBytesMax } from "./uploads.ts";

const pixels = Buffer.from("some pixels");

/** A door with films that are as large as can be, more than the buffers between two sockets take. */
async function openWithFilms(options: MediaFrontendOptions, mongo: Mongo = createMemoryMongo()) {
  const film = Buffer.alloc(fileBytesMax, 7);
  const films = ["1.mp4", "2.mp4", "3.mp4"].map((filename) => ({ filename, file: film }));
  await mongo.collection("media").insertMany(films, testCall());
  const server = await startHttpServer({
    ...{ handlers: createMediaFrontend(mongo, options), service: "media-frontend" },
    ...{ log: testCall().log, host: "127.0.0.1", port: 0 },
  });
  onTestFinished(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  return {
    get: (filename: string) => fetch(`${url}/get-media/?filename=${filename}`),
    statusOf: async (filename: string) => {
      const answer = await fetch(`${url}/get-media/?filename=${filename}`);
      await answer.arrayBuffer();
      return answer.status;
    },
    upload: (bytes: number) => {
      const form = new FormData();
      form.append("media", new Blob([new Uint8Array(bytes)]), "a.png");
      return fetch(`${url}/upload-media`, { method: "POST", body: form });
    },
    /** Asks for a film, and takes no more than the beginning of the answer. */
    askAndWait: (filename: string) => waitForFirst(server.port, filename),
  };
}

async function waitForFirst(port: number, filename: string) {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on("error", () => {});
  socket.write(`GET /get-media/?filename=${filename} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const first = await new Promise<string>((resolve) =>
    socket.once("data", (data) => resolve(`${data}`)),
  );
  socket.pause();
  expect(first).toMatch(/^HTTP\/1.1 200/);
  return { leave: () => socket.destroy() };
}

const inTime = { timeout: 30_000 };

test("clients who ask and take nothing have no more room than there is, and give it back", async () => {
  const { askAndWait, get, statusOf } = await openWithFilms({
    memory: new MediaMemory(2 * fileBytesMax),
  });
  const idle = [await askAndWait("1.mp4"), await askAndWait("2.mp4")];

  const refused = await get("3.mp4");
  expect([refused.status, await refused.text()]).toEqual([
    503,
    "Too many pictures and films at once, please try again\n",
  ]);
  expect(refused.headers.get("retry-after")).toBe("5");

  idle[0]?.leave();
  await expect.poll(() => statusOf("3.mp4"), inTime).toBe(200);
});

test("a small picture needs little room", async () => {
  const mongo = createMemoryMongo();
  await mongo.collection("media").insertMany([{ filename: "4.png", file: pixels }], testCall());
  const memory = new MediaMemory(fileBytesMax + pixels.byteLength);
  const { askAndWait, statusOf } = await openWithFilms({ memory }, mongo);
  await askAndWait("1.mp4");
  expect(await statusOf("4.png")).toBe(200);
});

test("a film is in memory once, however many take it", async () => {
  const { askAndWait, statusOf } = await openWithFilms({
    memory: new MediaMemory(2 * fileBytesMax),
  });
  for (let client = 0; client < 20; client++) await askAndWait("1.mp4");
  expect(await statusOf("1.mp4")).toBe(200);
  expect(await statusOf("2.mp4")).toBe(200);
});

test("who is too slow is cut off, and makes room", async () => {
  const memory = new MediaMemory(fileBytesMax);
  const { askAndWait, statusOf } = await openWithFilms({ memory, sendMs: () => 1_000 });
  await askAndWait("1.mp4");
  await expect.poll(() => statusOf("2.mp4"), inTime).toBe(200);
});

test("what is uploaded has its room until it is stored, however slow that is", async () => {
  const mongo = createMemoryMongo();
  const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow: Mongo = {
    ...mongo,
    collection: <T extends Document>(name: string) => {
      const collection = mongo.collection<T>(name);
      return {
        ...collection,
        async insertMany(...wanted: Parameters<typeof collection.insertMany>) {
          // The films of this file are not stored durably.
          if (wanted[2]?.durable) {
            asked.resolve();
            await gate.promise;
          }
          return collection.insertMany(...wanted);
        },
      };
    },
  };
  const { upload } = await openWithFilms({ memory: new MediaMemory(300_000) }, slow);

  const first = upload(100_000);
  await asked.promise;
  expect((await upload(100_000)).status).toBe(503);
  gate.resolve();
  expect((await first).status).toBe(200);
  expect((await upload(100_000)).status).toBe(200);
});
