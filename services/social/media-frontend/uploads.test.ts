import type { HttpRequest } from "@faultline/rpc/http/route";
import { expect, test } from "vitest";
import { MediaMemory } from "./media-memory.ts";
import { createUploads, type Upload } from "./uploads.ts";

const start = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n';

/** An upload that tells when all of it has been taken. */
function uploadOf(bytes: number, arrived = Promise.withResolvers<void>()): HttpRequest {
  async function* pieces() {
    yield Buffer.from(start);
    yield Buffer.alloc(bytes);
    yield Buffer.from("the rest\r\n--b--\r\n");
    arrived.resolve();
  }
  return {
    ...{ method: "POST", scheme: "http", path: "/upload-media", search: "", query: new Map() },
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body: () => Promise.reject(new Error("nobody wants all of it at once")),
    pieces: pieces(),
    whenAnswered() {},
  };
}

const untouched = async ({ file, type }: Upload) => [file.byteLength, type];

test("uploads share the room there is until they are stored, and give it back", async () => {
  const uploads = createUploads(new MediaMemory(2_000));
  const [arrived, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = uploads.take(uploadOf(900, arrived), async (upload) => {
    await gate.promise;
    return untouched(upload);
  });
  await arrived.promise;

  await expect(uploads.take(uploadOf(200), untouched)).rejects.toMatchObject({ status: 503 });
  gate.resolve();
  expect(await first).toEqual([908, "png"]);

  expect(await uploads.take(uploadOf(992), untouched)).toEqual([1_000, "png"]);
  await expect(
    uploads.take(uploadOf(992), () => Promise.reject(new Error("the disk is full"))),
  ).rejects.toThrow("the disk is full");
  expect(await uploads.take(uploadOf(992), untouched)).toEqual([1_000, "png"]);
});
