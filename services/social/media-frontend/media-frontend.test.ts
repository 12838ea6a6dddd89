import { unavailable } from "@faultline/rpc/errors";
import { startHttpServer } from "@faultline/rpc/http/server";
import { testCall } from "@faultline/rpc/test-call";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, onTestFinished, test } from "vitest";
import { createMediaFrontend, type StoredMedia } from "./media-frontend.ts";
import { fileBytesMax } from "./uploads.ts";

const pixels = Buffer.from([
  0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff, 0xfe, 0x0a,
]);

async function open(mongo: Mongo = createMemoryMongo()) {
  const server = await startHttpServer({
    ...{ handlers: createMediaFrontend(mongo), service: "media-frontend", log: testCall().log },
    ...{ host: "127.0.0.1", port: 0 },
  });
  onTestFinished(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    media: mongo.collection<StoredMedia>("media"),
    get: (filename: string, headers: Record<string, string> = {}) =>
      fetch(`${url}/get-media/?filename=${encodeURIComponent(filename)}`, { headers }),
    upload: (form: FormData) => fetch(`${url}/upload-media`, { method: "POST", body: form }),
  };
}

function formWith(...files: [bytes: Uint8Array, name: string][]): FormData {
  const form = new FormData();
  for (const [bytes, name] of files) form.append("media", new Blob([new Uint8Array(bytes)]), name);
  return form;
}

test("what is uploaded comes back byte for byte, with its type", async () => {
  const { upload, get, media } = await open();

  const uploaded = await upload(formWith([pixels, "holiday.2026.png"]));
  const { media_id: id, media_type: type } = (await uploaded.json()) as Record<string, string>;

  expect(uploaded.status).toBe(200);
  expect(uploaded.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(id).toMatch(/^\d{1,19}$/);
  expect(type).toBe("png");
  expect(await media.find({ filename: `${id}.png` }, testCall())).toHaveLength(1);
  const got = await get(`${id}.png`);
  expect([got.status, got.headers.get("content-type")]).toEqual([200, "image/png"]);
  expect(Buffer.from(await got.arrayBuffer())).toEqual(pixels);
});

test("fields of the form are not part of the file; several files are one, named by the last", async () => {
  const { upload, get } = await open();
  const form = new FormData();
  form.append("upload", "Send");
  form.append("one", new Blob([new Uint8Array(pixels)]), "a.gif");
  form.append("nothing", new Blob([]), "");
  form.append("two", new Blob(["more"]), "b.jpg");
  form.append("note", "last");

  const { media_id: id, media_type: type } = (await (await upload(form)).json()) as Record<
    string,
    string
  >;

  expect(type).toBe("jpg");
  const got = await get(`${id}.jpg`);
  expect(Buffer.from(await got.arrayBuffer())).toEqual(
    Buffer.concat([pixels, Buffer.from("more")]),
  );
});

test.each([
  ["photo", "photo"],
  ["photo.png...", "png"],
  ["a.tar.gz", "gz"],
  ["C:\\photos.old\\x.PNG", "PNG"],
])("the ending of %s is %s", async (name, type) => {
  const { upload } = await open();
  expect(await (await upload(formWith([pixels, name]))).json()).toMatchObject({ media_type: type });
});

test.each([
  ["png", "image/png", null],
  ["JPG", "image/jpeg", null],
  ["webm", "video/webm", null],
  ["svg", "application/octet-stream", "attachment"],
  ["html", "application/octet-stream", "attachment"],
  ["constructor", "application/octet-stream", "attachment"],
])("a file that ends with %s is served as %s, and as nothing else", async (ending, type, how) => {
  const { media, get } = await open();
  await media.insertMany([{ filename: `1.${ending}`, file: pixels }], testCall());

  const { headers } = await get(`1.${ending}`);

  expect(headers.get("content-type")).toBe(type);
  expect(headers.get("content-disposition")).toBe(how);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
});

test("a film may be had in parts", async () => {
  const { media, get } = await open();
  await media.insertMany([{ filename: "1.mp4", file: pixels }], testCall());
  const part = async (range: string) => {
    const got = await get("1.mp4", { range });
    const bytes = [...Buffer.from(await got.arrayBuffer())];
    return [got.status, got.headers.get("content-range"), bytes];
  };

  expect(await part("bytes=0-1")).toEqual([206, "bytes 0-1/12", [0x89, 0x50]]);
  expect(await part("bytes=10-")).toEqual([206, "bytes 10-11/12", [0xfe, 0x0a]]);
  expect(await part("bytes=-1")).toEqual([206, "bytes 11-11/12", [0x0a]]);
  expect(await part("bytes=5-99")).toEqual([206, "bytes 5-11/12", [...pixels.subarray(5)]]);
  expect(await part("bytes=12-")).toEqual([416, "bytes */12", []]);
  expect(await part("bytes=0-1,3-4")).toEqual([200, null, [...pixels]]);
});

test("what is not there is 404, and no name is 400", async () => {
  const { get } = await open();
  const missing = await get("1.png");
  expect([missing.status, await missing.text()]).toEqual([404, "Not found\n"]);
  const unnamed = await get("");
  expect([unnamed.status, await unnamed.text()]).toEqual([400, "Incomplete arguments\n"]);
});

test("a file as large as MongoDB takes is stored, and a larger one refused", {
  timeout: 60_000,
}, async () => {
  const { upload, get, media } = await open();
  const largest = Buffer.alloc(fileBytesMax, 7);

  const uploaded = await upload(formWith([largest, "a.mp4"]));
  const { media_id: id } = (await uploaded.json()) as Record<string, string>;
  const got = Buffer.from(await (await get(`${id}.mp4`)).arrayBuffer());
  expect(got.equals(largest)).toBe(true);

  for (const size of [fileBytesMax + 1, 40_000_000]) {
    const refused = await upload(formWith([Buffer.alloc(size), "a.mp4"]));
    expect([refused.status, await refused.text()]).toEqual([413, "413 content too large\n"]);
  }
  expect(await media.count({}, testCall())).toBe(1);
});

test("what is no upload is refused, and nothing is stored", async () => {
  const { url, media } = await open();
  const send = async (type: string, body: string) => {
    const headers = { "content-type": type };
    return (await fetch(`${url}/upload-media`, { method: "POST", headers, body })).status;
  };
  const part = 'Content-Disposition: form-data; name="f"; filename="a.png"\r\n\r\nbytes';

  expect(await send("text/plain", "hello")).toBe(400);
  expect(await send("multipart/form-data", "hello")).toBe(400);
  expect(await send("multipart/form-data; boundary=b", "hello")).toBe(400);
  expect(await send("multipart/form-data; boundary=b", `--b\r\n${part}`)).toBe(400);
  expect(await send("multipart/form-data; boundary=b", `--b\r\n${part}\r\n--b--`)).toBe(200);
  const unnamed = part.replace("a.png", "");
  expect(await send("multipart/form-data; boundary=b", `--b\r\n${unnamed}\r\n--b--`)).toBe(400);
  const endless = part.replace("a.png", `a.${"x".repeat(65)}`);
  expect(await send("multipart/form-data; boundary=b", `--b\r\n${endless}\r\n--b--`)).toBe(400);
  expect((await fetch(`${url}/upload-media`)).status).toBe(400);
  expect(await media.count({}, testCall())).toBe(1);
});

test("a file that could not be stored has no id", async () => {
  const mongo = createMemoryMongo();
  const failing: Mongo = {
    ...mongo,
    collection: (name) => ({
      ...mongo.collection(name),
      insertMany: () => Promise.reject(unavailable("no connection to media-mongodb")),
    }),
  };
  const { upload } = await open(failing);
  const answer = await upload(formWith([pixels, "a.png"]));
  expect([answer.status, await answer.text()]).toEqual([
    500,
    "Upload media failure: no connection to media-mongodb\n",
  ]);
});

test("pages of other origins may upload and see, but not read failures", async () => {
  const { url, upload, get } = await open();
  const uploaded = await upload(formWith([pixels, "a.png"]));
  expect(uploaded.headers.get("access-control-allow-origin")).toBe("*");
  const asking = await fetch(`${url}/upload-media`, { method: "OPTIONS" });
  expect([asking.status, asking.headers.get("access-control-max-age")]).toEqual([204, "1728000"]);
  expect((await get("1.png")).headers.has("access-control-allow-origin")).toBe(false);
});
