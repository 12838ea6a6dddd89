import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { unavailable } from "../errors.ts";
import { doorOf, openDoor, sendRaw } from "./door-testing.ts";
import type { Route } from "./route.ts";

function named(path: string): Route {
  return { methods: "any", path, prefix: true, handle: async () => ({ body: path }) };
}

const closing = "Host: x\r\nConnection: close\r\n\r\n";

test("a prefix answers what begins with it, the longest one first, whatever the order", async () => {
  const { url } = await openDoor(doorOf(named("/user"), named("/user/follow"), named("/post")));
  const answers = ["/user", "/user/", "/user/followXYZ", "/user/follow/x", "/users", "/post"];
  const texts = answers.map(async (path) => (await fetch(`${url}${path}`)).text());
  expect(await Promise.all(texts)).toEqual([
    ...["/user", "/user", "/user/follow", "/user/follow", "/user", "/post"],
  ]);
  expect((await fetch(`${url}/use`)).status).toBe(404);
});

test("a path below a prefix needs no cleaning by a redirect", async () => {
  const { server } = await openDoor(doorOf(named("/user/follow")));
  for (const path of ["//user//follow", "/x/../user/follow", "http://any:1/user/./follow?a=b"]) {
    const answer = await sendRaw(server.port, `POST ${path} HTTP/1.1\r\n${closing}`);
    expect(answer).toMatch(/^HTTP\/1.1 200 .*\/user\/follow$/s);
  }
});

test("bytes are sent as they are", async () => {
  const bytes = Buffer.from([0, 255, 10, 13]);
  const handle: Route["handle"] = async () => ({
    headers: { "Content-Type": "image/png" },
    body: bytes,
  });
  const { url } = await openDoor(doorOf({ methods: "any", path: "/image", handle }));
  const response = await fetch(`${url}/image`);
  expect(response.headers.get("content-type")).toBe("image/png");
  expect(response.headers.get("content-length")).toBe("4");
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
});

test("a route may say its failures in words of its own, its deadline too, and ends its work", async () => {
  const ended = Promise.withResolvers<unknown>();
  const own: Pick<Route, "methods" | "renderError"> = {
    methods: "any",
    renderError: ({ message }) => ({ status: 502, body: `Get timeline failure: ${message}\n` }),
  };
  const { url } = await openDoor(
    doorOf(
      { ...own, path: "/failing", handle: () => Promise.reject(unavailable("gone")) },
      {
        ...own,
        path: "/stuck",
        deadlineMs: 50,
        handle(_request, { signal }) {
          signal.addEventListener("abort", () => ended.resolve(signal.reason));
          return new Promise(() => {});
        },
      },
    ),
  );
  const failing = await fetch(`${url}/failing`);
  expect([failing.status, await failing.text()]).toEqual([502, "Get timeline failure: gone\n"]);
  const stuck = await fetch(`${url}/stuck`);
  expect(await stuck.text()).toBe("Get timeline failure: context deadline exceeded\n");
  await expect(ended.promise).resolves.toMatchObject({ code: "deadlineExceeded" });
});

test("files may be served by fewer methods, with headers, and the index by its name", async () => {
  const staticFolder = await mkdtemp(join(tmpdir(), "door-"));
  onTestFinished(() => rm(staticFolder, { recursive: true }));
  await writeFile(join(staticFolder, "index.html"), "<p>hello");
  const headers = (host: string) => ({ "X-Host": host });
  const staticFiles = { index: "served", methods: ["GET", "HEAD"], headers } as const;
  const { server, url } = await openDoor({ ...doorOf(), staticFolder, staticFiles });

  const index = await fetch(`${url}/index.html`, { redirect: "manual" });
  expect([index.status, await index.text()]).toEqual([200, "<p>hello"]);
  expect(index.headers.get("x-host")).toBe(`127.0.0.1:${server.port}`);
  const posted = await fetch(`${url}/`, { method: "POST" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});
