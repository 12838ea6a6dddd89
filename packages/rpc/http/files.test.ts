import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { doorOf, openDoor, sendRaw } from "./door-testing.ts";

const closing = "Host: elsewhere:1\r\nConnection: close\r\n\r\n";

async function openFolder() {
  const staticFolder = await mkdtemp(join(tmpdir(), "door-"));
  onTestFinished(() => rm(staticFolder, { recursive: true }));
  await mkdir(join(staticFolder, "stylesheets"));
  await writeFile(join(staticFolder, "index.html"), "<p>hello");
  await writeFile(join(staticFolder, "stylesheets/main.css"), "p {}");
  return openDoor({ ...doorOf(), headers: { "Access-Control-Allow-Origin": "*" }, staticFolder });
}

test("a folder's files are served, its index at the root, without CORS or ETag", async () => {
  const { url } = await openFolder();
  const index = await fetch(`${url}/`);
  expect(await index.text()).toBe("<p>hello");
  expect(index.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(index.headers.has("etag")).toBe(false);
  expect(index.headers.has("access-control-allow-origin")).toBe(false);
  const css = await fetch(`${url}/stylesheets/main.css`, { method: "POST" });
  expect(css.headers.get("content-type")).toBe("text/css; charset=utf-8");
  expect(await css.text()).toBe("p {}");
});

test("index.html by name and a folder without its slash are redirected", async () => {
  const { url } = await openFolder();
  const index = await fetch(`${url}/index.html`, { redirect: "manual" });
  expect([index.status, index.headers.get("location")]).toEqual([301, "./"]);
  const folder = await fetch(`${url}/stylesheets`, { redirect: "manual" });
  expect([folder.status, folder.headers.get("location")]).toEqual([301, "stylesheets/"]);
});

test("a file that has not changed is not sent again", async () => {
  const { server, url } = await openFolder();
  const modified = (await fetch(`${url}/`)).headers.get("last-modified");
  const condition = `If-Modified-Since: ${modified}\r\n`;
  const answer = await sendRaw(server.port, `GET / HTTP/1.1\r\n${condition}${closing}`);
  expect(answer).toMatch(/^HTTP\/1.1 304 /);
});

test("nothing outside the folder, and nothing that is not there, is served", async () => {
  const { server, url } = await openFolder();
  expect((await fetch(`${url}/nothing.html`)).status).toBe(404);
  expect((await fetch(`${url}/`, { method: "DELETE" })).status).toBe(405);
  for (const path of ["/..%2f..%2fetc/passwd", "/%00", "/stylesheets/%2e%2e/%2e%2e/x"]) {
    const answer = await sendRaw(server.port, `GET ${path} HTTP/1.1\r\n${closing}`);
    expect(answer).toMatch(/^HTTP\/1.1 (301|400|404) /);
  }
});
