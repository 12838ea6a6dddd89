import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { traceparentOf } from "@faultline/telemetry/trace-context";
import { expect, test } from "vitest";
import { invalidArgument } from "../errors.ts";
import { deadline } from "../middleware/deadline.ts";
import { doorOf, openDoor, sendRaw } from "./door-testing.ts";
import type { HttpHandlers, HttpRequest, Route } from "./route.ts";

const reading = ["GET", "HEAD", "POST"];

/** A door that tells what its route was given. */
const mirror: Route = {
  methods: reading,
  path: "/hotels",
  handle: async ({ method, path, query }: HttpRequest) => ({
    body: { method, path, city: query.get("city") ?? null },
  }),
};

function door(...routes: Route[]): HttpHandlers {
  return { ...doorOf(...routes), headers: { "Access-Control-Allow-Origin": "*" } };
}

const closing = "Host: elsewhere:1\r\nConnection: close\r\n\r\n";

test("a route answers JSON on one line, with its length and the door's headers", async () => {
  const { url } = await openDoor(door(mirror));
  const response = await fetch(`${url}/hotels?city=Ithaca`);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('{"method":"GET","path":"/hotels","city":"Ithaca"}\n');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "application/json; charset=utf-8",
    "content-length": "50",
    "access-control-allow-origin": "*",
  });
  expect(response.headers.has("etag")).toBe(false);
  expect(response.headers.has("x-powered-by")).toBe(false);
});

test("what could break out of a page is escaped in JSON", async () => {
  const { url } = await openDoor(door(mirror));
  const text = await (await fetch(`${url}/hotels?city=%3Cb%3E%26%E2%80%A8`)).text();
  expect(text).toContain('"\\u003cb\\u003e\\u0026\\u2028"');
});

test("a target in absolute form is served, whatever its host and the Host header say", async () => {
  const { server } = await openDoor(door(mirror));
  const target = "http://localhost:5000/hotels?city=x";
  expect(await sendRaw(server.port, `GET ${target} HTTP/1.1\r\n${closing}`)).toContain(
    '"city":"x"',
  );
});

test("a path counts after percent-decoding, exactly and with its case", async () => {
  const { url } = await openDoor(door(mirror));
  expect((await fetch(`${url}/%68otels`)).status).toBe(200);
  expect((await fetch(`${url}/Hotels`)).status).toBe(404);
  const slash = await fetch(`${url}/hotels/`);
  expect(slash.status).toBe(404);
  expect(await slash.text()).toBe("404 page not found\n");
});

test("a path that needs cleaning is redirected to the clean one with its query", async () => {
  const { server } = await openDoor(door(mirror));
  for (const path of ["//hotels?city=a+b", "/x/../hotels?city=a+b", "/./hotels?city=a+b"]) {
    const answer = await sendRaw(server.port, `GET ${path} HTTP/1.1\r\n${closing}`);
    expect(answer).toMatch(/^HTTP\/1.1 301 /);
    expect(answer).toContain("location: /hotels?city=a+b\r\n");
  }
});

test("POST is served like GET, and its body is ignored", async () => {
  const { url } = await openDoor(door(mirror));
  const response = await fetch(`${url}/hotels?city=a`, { method: "POST", body: "city=b" });
  expect(await response.json()).toEqual({ method: "POST", path: "/hotels", city: "a" });
});

test("HEAD has the headers of GET and no body", async () => {
  const { url } = await openDoor(door(mirror));
  const response = await fetch(`${url}/hotels?city=a`, { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(Number(response.headers.get("content-length"))).toBeGreaterThan(0);
  expect(await response.text()).toBe("");
});

test("a method that a route does not list is refused with those it does", async () => {
  let booked = 0;
  const book: Route = {
    methods: ["GET", "POST"],
    path: "/reservation",
    handle: async () => ({ body: ++booked }),
  };
  const { url } = await openDoor(door(book));
  for (const method of ["HEAD", "PUT", "DELETE", "OPTIONS"]) {
    const response = await fetch(`${url}/reservation`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, POST");
  }
  expect(booked).toBe(0);
});

test("a failure is rendered by the door, as text, with the headers of an error", async () => {
  const handle = () => Promise.reject(invalidArgument("Please specify location params"));
  const { url } = await openDoor(door({ methods: reading, path: "/hotels", handle }));
  const response = await fetch(`${url}/hotels`);
  expect(response.status).toBe(400);
  expect(await response.text()).toBe("Please specify location params\n");
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": "*",
  });
});

test("a route that breaks in any way answers 500, and the next request is served", async () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const broken: Route[] = [
    { methods: reading, path: "/throws", handle: () => JSON.parse("{") },
    { methods: reading, path: "/cyclic", handle: async () => ({ body: cyclic }) },
    { methods: reading, path: "/header", handle: async () => ({ headers: { a: "\n" }, body: "" }) },
    { methods: reading, path: "/nothing", handle: async () => JSON.parse("null") },
  ];
  const { url } = await openDoor(door(mirror, ...broken));
  for (const { path } of broken) expect((await fetch(`${url}${path}`)).status).toBe(500);
  expect((await fetch(`${url}/hotels`)).status).toBe(200);
});

test("a request line and headers over 16 KiB are refused with 431", async () => {
  const { server } = await openDoor(door(mirror));
  const text = `GET /hotels?city=${"x".repeat(17_000)} HTTP/1.1\r\n${closing}`;
  expect(await sendRaw(server.port, text)).toMatch(/^HTTP\/1.1 431 /);
});

test("an announced body over 1 MiB is refused with 413", async () => {
  const { server } = await openDoor(door(mirror));
  const announced = `POST /hotels HTTP/1.1\r\nContent-Length: 9999999\r\n${closing}`;
  expect(await sendRaw(server.port, announced)).toMatch(/^HTTP\/1.1 413 /);
});

test("a body that turns out to be over 1 MiB ends the connection", async () => {
  const { server } = await openDoor(door(mirror));
  const socket = createConnection(server.port, "127.0.0.1");
  socket.on("error", () => {}); // The reset that we are waiting for.
  socket.resume();
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.write("POST /hotels HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
  for (let i = 0; i < 20; i++) socket.write(chunk);
  await closed;
  expect((await fetch(`http://127.0.0.1:${server.port}/hotels`)).status).toBe(200);
});

test("malformed targets are answered 400", async () => {
  const { server } = await openDoor(door(mirror));
  for (const target of ["/%zz", "*"]) {
    const answer = await sendRaw(server.port, `GET ${target} HTTP/1.1\r\n${closing}`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  }
});

test("a client that goes away aborts the call", async () => {
  const arrived = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  const handle: Route["handle"] = async (_request, { signal }) => {
    arrived.resolve();
    await sleep(10_000, undefined, { signal }).catch(() => aborted.resolve(signal.reason));
    return { body: "" };
  };
  const { url } = await openDoor(door({ methods: reading, path: "/slow", handle }));
  const controller = new AbortController();
  const request = fetch(`${url}/slow`, { signal: controller.signal });
  await arrived.promise;
  controller.abort();
  await expect(request).rejects.toThrow();
  await expect(aborted.promise).resolves.toMatchObject({ code: "canceled" });
});

test("a request that takes longer than its deadline is answered", async () => {
  const handle: Route["handle"] = () => new Promise(() => {});
  const { url } = await openDoor(door({ methods: reading, path: "/stuck", handle }), {
    layers: [deadline(50)],
  });
  expect(await (await fetch(`${url}/stuck`)).text()).toBe("context deadline exceeded\n");
});

test("layers see the route's name, the status, and never the query", async () => {
  const seen: unknown[] = [];
  const { url } = await openDoor(door(mirror), {
    layers: [
      async (call, next) => {
        const answer = await next(call);
        seen.push({ name: call.name, outcome: call.outcome, attributes: call.attributes });
        return answer;
      },
    ],
  });
  await fetch(`${url}/hotels?password=hunter2`);
  expect(seen).toMatchObject([
    {
      name: "GET /hotels",
      outcome: { status: 200 },
      attributes: { "http.route": "/hotels", "url.path": "/hotels", "url.scheme": "http" },
    },
  ]);
  expect(JSON.stringify(seen)).not.toContain("hunter2");
});

test("a request's traceparent, or Jaeger's header, is the call's place in the trace", async () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const handle: Route["handle"] = async (_, { context }) => ({ body: traceparentOf(context) });
  const { url } = await openDoor(door({ methods: reading, path: "/trace", handle }));
  const jaeger = "af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1";
  expect(await (await fetch(`${url}/trace`, { headers: { traceparent } })).text()).toBe(
    traceparent,
  );
  const response = await fetch(`${url}/trace`, { headers: { "uber-trace-id": jaeger } });
  expect(await response.text()).toBe(traceparent);
});

test("healthz tells whether the door is serving", async () => {
  const { server, url } = await openDoor(door());
  expect((await fetch(`${url}/healthz`)).status).toBe(503);
  server.setServing(true);
  const response = await fetch(`${url}/healthz`);
  expect([response.status, await response.text()]).toEqual([200, "ok\n"]);
});

test("closing finishes what was accepted and takes nothing more", async () => {
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const handle: Route["handle"] = async () => {
    arrived.resolve();
    await release.promise;
    return { body: "done" };
  };
  const { server, url } = await openDoor(door({ methods: reading, path: "/slow", handle }));
  const response = fetch(`${url}/slow`);
  await arrived.promise;
  const closed = server.close(5_000);
  await expect(fetch(`${url}/slow`)).rejects.toThrow();
  release.resolve();
  expect(await (await response).text()).toBe("done");
  await closed;
});

test("closing cuts off what does not end within its grace", async () => {
  const handle: Route["handle"] = () => new Promise(() => {});
  const { server, url } = await openDoor(door({ methods: reading, path: "/stuck", handle }));
  const response = fetch(`${url}/stuck`).catch(() => "cut off");
  await sleep(20);
  await server.close(10);
  expect(await response).toBe("cut off");
});
