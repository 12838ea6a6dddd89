import type { HttpRequest } from "@faultline/rpc/http/route";
import { expect, test } from "vitest";
import { createUploads } from "./uploads.ts";

const start = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n';

/** An upload that calls back once all of its file is taken, and does not end before that is answered. */
function uploadOf(bytes: number, taken: () => Promise<void> = async () => {}): HttpRequest {
  async function* pieces() {
    yield Buffer.from(start);
    yield Buffer.alloc(bytes);
    // The parser holds a few bytes back that could be the beginning of the end.
    yield Buffer.from("the rest");
    await taken();
    yield Buffer.from("\r\n--b--\r\n");
  }
  return {
    ...{ method: "POST", scheme: "http", path: "/upload-media", search: "", query: new Map() },
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body: () => Promise.reject(new Error("nobody wants all of it at once")),
    pieces: pieces(),
    whenAnswered() {},
  };
}

test("uploads share the room there is, and give it back", async () => {
  const uploads = createUploads(1_000);
  const [arrived, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = uploads.read(
    uploadOf(900, () => {
      arrived.resolve();
      return gate.promise;
    }),
  );
  await arrived.promise;

  await expect(uploads.read(uploadOf(200))).rejects.toMatchObject({ status: 503 });
  gate.resolve();
  expect((await first).file.byteLength).toBe(908);

  expect(await uploads.read(uploadOf(992))).toMatchObject({ type: "png" });
});
