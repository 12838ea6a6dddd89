import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { invalidArgument } from "../errors.ts";
import { doorOf, openDoor } from "./door-testing.ts";
import type { Route } from "./route.ts";

const open: Route = { methods: "any", path: "/api/open", handle: async () => ({ body: "yes" }) };
const closed: Route = { ...open, path: "/closed" };
const failing: Route = {
  methods: "any",
  path: "/api/failing",
  handle: () => Promise.reject(invalidArgument("no")),
};

async function openWithFiles() {
  const staticFolder = await mkdtemp(join(tmpdir(), "door-"));
  onTestFinished(() => rm(staticFolder, { recursive: true }));
  await writeFile(join(staticFolder, "index.html"), "<p>hello");
  const crossOrigin = (path: string) => !path.startsWith("/closed");
  return openDoor({ ...doorOf(open, closed, failing), staticFolder, crossOrigin });
}

function corsOf(response: Response): Record<string, string> {
  const all = [...response.headers].filter(([name]) => name.startsWith("access-control-"));
  return Object.fromEntries(all);
}

const allowed = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, OPTIONS",
  "access-control-allow-headers":
    "DNT,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range",
};
const exposed = { "access-control-expose-headers": "Content-Length,Content-Range" };

test.each(["/api/open", "/", "/nothing"])("a browser may ask beforehand for %s", async (path) => {
  const { url } = await openWithFiles();
  const response = await fetch(`${url}${path}`, { method: "OPTIONS" });
  expect(response.status).toBe(204);
  expect(corsOf(response)).toEqual({ ...allowed, "access-control-max-age": "1728000" });
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(response.headers.get("content-length")).toBe("0");
});

test.each(["/api/open", "/"])("pages of other origins may read %s", async (path) => {
  const { url } = await openWithFiles();
  expect(corsOf(await fetch(`${url}${path}`))).toEqual({ ...allowed, ...exposed });
});

test("nobody else may read failures, other verbs, or what is closed to them", async () => {
  const { url } = await openWithFiles();
  for (const path of ["/api/failing", "/nothing", "/closed"]) {
    expect(corsOf(await fetch(`${url}${path}`))).toEqual({});
  }
  expect(corsOf(await fetch(`${url}/api/open`, { method: "PUT" }))).toEqual({});
  const asked = await fetch(`${url}/closed`, { method: "OPTIONS" });
  expect([await asked.text(), corsOf(asked)]).toEqual(["yes", {}]);
});
