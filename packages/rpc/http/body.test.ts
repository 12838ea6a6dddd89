import { createConnection } from "node:net";
import { expect, test } from "vitest";
import { doorOf, openDoor, sendRaw } from "./door-testing.ts";
import type { Route } from "./route.ts";

const bodyBytesMax = 100_000;

/** Tells how long a body was, and how it began. */
const whole: Route = {
  methods: "any",
  path: "/whole",
  bodyBytesMax,
  async handle(request) {
    const body = await request.body();
    return { body: { bytes: body.byteLength, start: body.toString("utf8", 0, 10) } };
  },
};

const pieces: Route = {
  methods: "any",
  path: "/pieces",
  bodyBytesMax,
  async handle(request) {
    let bytes = 0;
    for await (const piece of request.pieces) bytes += piece.byteLength;
    return { body: { bytes } };
  },
};

const uninterested: Route = {
  methods: "any",
  path: "/uninterested",
  bodyBytesMax,
  async handle(request) {
    for await (const _ of request.pieces) break;
    return { body: "enough" };
  },
};

const door = doorOf(whole, pieces, uninterested);

test("a route reads a body whole, whatever the method and type, and an absent one as empty", async () => {
  const { url } = await openDoor(door);
  const headers = { "content-type": "text/plain" };
  const sent = await fetch(`${url}/whole`, { method: "PUT", body: "héllo", headers });
  expect(await sent.json()).toEqual({ bytes: 6, start: "héllo" });
  expect(await (await fetch(`${url}/whole`)).json()).toEqual({ bytes: 0, start: "" });
});

test("a route reads a body piece by piece, to exactly its limit", async () => {
  const { url } = await openDoor(door);
  const body = Buffer.alloc(bodyBytesMax);
  const sent = await fetch(`${url}/pieces`, { method: "POST", body });
  expect(await sent.json()).toEqual({ bytes: bodyBytesMax });
});

test.each(["/whole", "/pieces"])(
  "%s refuses a body above the limit with 413, announced or not, and the connection lives on",
  async (path) => {
    const { server } = await openDoor(door);
    const tooLarge = "x".repeat(bodyBytesMax + 1);
    const chunk = `${tooLarge.length.toString(16)}\r\n${tooLarge}\r\n0\r\n\r\n`;
    const answers = await sendRaw(
      server.port,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${tooLarge.length}\r\n\r\n${tooLarge}` +
        `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}` +
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi`,
    );
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual([
      "HTTP/1.1 413",
      "HTTP/1.1 413",
      "HTTP/1.1 200",
    ]);
  },
);

test("a client that is not heard out still gets its answer, and the next one", async () => {
  const { url } = await openDoor(door);
  const body = Buffer.alloc(bodyBytesMax);
  for (let i = 0; i < 3; i++) {
    const answer = await fetch(`${url}/uninterested`, { method: "POST", body });
    expect(await answer.text()).toBe("enough");
  }
});

test("a client that leaves in the middle of its body is not answered, and the door goes on", async () => {
  const failed = Promise.withResolvers<unknown>();
  const handle: Route["handle"] = async (request) => {
    await request.body().catch((error) => failed.resolve(error));
    return { body: "" };
  };
  const { server, url } = await openDoor(doorOf({ ...whole, handle }));
  const socket = createConnection(server.port, "127.0.0.1");
  socket.write("POST /whole HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf", () => {
    socket.destroy();
  });
  await expect(failed.promise).resolves.toMatchObject({ code: "canceled" });
  expect((await fetch(`${url}/whole`)).status).toBe(200);
});

test("a body that does not come is not waited for beyond the route's deadline", async () => {
  const { server } = await openDoor(doorOf({ ...whole, deadlineMs: 50 }));
  const answer = await sendRaw(
    server.port,
    "POST /whole HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhalf",
  );
  expect(answer).toMatch(/^HTTP\/1.1 500 .*context deadline exceeded\n$/s);
});
