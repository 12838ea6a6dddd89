import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Echo, echo, nothing } from "../echo-contract.ts";
import { testCall } from "../test-call.ts";
import { dial, serve } from "./testing.ts";

const headers: OutgoingHttpHeaders = {
  ":method": "POST",
  ":path": `/${Echo.fullName}/Say`,
  "content-type": "application/grpc",
  te: "trailers",
};
const framed = (...bytes: number[]) => Buffer.from([0, 0, 0, 0, bytes.length, ...bytes]);

function rawSession(address: string): ClientHttp2Session {
  const session = connect(`http://${address}`);
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  return session;
}

/** Sends these pieces as the body of one call; answers its status, or undefined if it was reset. */
function exchange(
  session: ClientHttp2Session,
  pieces: readonly Buffer[],
  more: OutgoingHttpHeaders = {},
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const stream = session.request({ ...headers, ...more });
    let status: string | undefined;
    const note = (received: Record<string, unknown>) => {
      if (received["grpc-status"] !== undefined) status = String(received["grpc-status"]);
    };
    stream.on("response", note).on("trailers", note);
    stream.on("error", () => {}).on("close", () => resolve(status));
    stream.resume();
    for (const piece of pieces) stream.write(piece);
    stream.end();
  });
}

/** A server of raw streams that speaks as it likes. */
async function rawServer(answer: (stream: ServerHttp2Stream) => void): Promise<string> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => {});
    answer(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const wholeAnswer = (stream: ServerHttp2Stream, trailers: OutgoingHttpHeaders) => {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end(framed(0, 0, 0, 0));
};

test("a request is read the same however its bytes are cut", async () => {
  const session = rawSession((await serve()).address);
  const bytes = framed(0, 0, 0x80, 0x3f, 0x61, 0x0a, 0x62);
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(await exchange(session, [bytes.subarray(0, cut), bytes.subarray(cut)])).toBe("0");
  }
  expect(
    await exchange(
      session,
      [...bytes].map((byte) => Buffer.of(byte)),
    ),
  ).toBe("0");
});

const nonsense: readonly [what: string, body: Buffer, status: string][] = [
  ["nothing", Buffer.alloc(0), "13"],
  ["half a prefix", Buffer.of(0, 0), "13"],
  ["less than announced", Buffer.of(0, 0, 0, 0, 9, 1), "13"],
  ["two messages", Buffer.concat([framed(0, 0, 0, 0), framed(0, 0, 0, 0)]), "13"],
  ["an unknown flag", Buffer.of(7, 0, 0, 0, 0), "13"],
  ["a compressed message", Buffer.of(1, 0, 0, 0, 1, 0), "12"],
  ["four gigabytes announced", Buffer.of(0, 255, 255, 255, 255, 0), "8"],
];

test.for(nonsense)("%s instead of a request has a status of its own", async ([, body, status]) => {
  const { address } = await serve();
  expect(await exchange(rawSession(address), [body])).toBe(status);
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("random bytes end with a status, and the server goes on", async () => {
  const { address } = await serve();
  const session = rawSession(address);
  let seed = 42;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  const bodies = Array.from({ length: 300 }, () =>
    Array.from({ length: random(5) }, () =>
      Buffer.from(Array.from({ length: random(40) }, () => random(random(3) === 0 ? 256 : 2))),
    ),
  );
  const statuses = await Promise.all(bodies.map((pieces) => exchange(session, pieces)));
  expect(statuses.filter((status) => status === undefined)).toEqual([]);
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("a malformed time-out is refused", async () => {
  const session = rawSession((await serve()).address);
  for (const timeout of ["", "5", "s", "-1S", "123456789S", "1x"]) {
    expect(await exchange(session, [framed(0, 0, 0, 0)], { "grpc-timeout": timeout })).toBe("13");
  }
  expect(await exchange(session, [framed(0, 0, 0, 0)], { "grpc-timeout": "5S" })).toBe("0");
});

test("a caller who never ends its request is let go at its deadline", async () => {
  const session = rawSession((await serve()).address);
  const stream = session.request({ ...headers, "grpc-timeout": "100m" });
  const status = new Promise((resolve) =>
    stream.on("response", (received) => resolve(received["grpc-status"])),
  );
  stream.on("error", () => {});
  stream.write(Buffer.of(0, 0));
  expect(await status).toBe("4");
});

test("a caller who does not read holds nobody up", async () => {
  const huge = { number: 0, words: ["x".repeat(4_000_000)] };
  const { address } = await serve({
    handlers: echo(async (request) => (request.number === 1 ? huge : request)),
  });
  const session = rawSession(address);
  const asking = { ...nothing, number: 1 };
  const request = Buffer.from(Echo.methods.say.requestType.encode(asking).finish());
  for (let i = 0; i < 8; i++) {
    const stream = session.request(headers);
    stream.on("error", () => {}).pause();
    stream.end(framed(...request));
  }
  const { client } = dial([address]);
  expect((await client.say(asking, testCall())).words[0]).toHaveLength(4_000_000);
  await expect(client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("a flood of streams over the limit is answered or refused, and others are served", async () => {
  const { address } = await serve();
  const session = rawSession(address);
  const flood = Array.from({ length: 5_000 }, () => exchange(session, [framed(0, 0, 0, 0)]));
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
  const statuses = await Promise.all(flood);
  expect(statuses.filter((status) => status === "0").length).toBeGreaterThan(1_000);
}, 60_000);

test("a storm of calls that are called off at once leaves no handlers behind without bound", async () => {
  let started = 0;
  const { address } = await serve({
    handlers: echo((request) => {
      started++;
      return request.number === 7 ? Promise.resolve(request) : new Promise(() => {});
    }),
  });
  const session = rawSession(address);
  for (let wave = 0; wave < 40 && !session.destroyed; wave++) {
    for (let i = 0; i < 500 && !session.destroyed; i++) {
      const stream = session.request(headers);
      stream.on("error", () => {});
      stream.end(framed(0, 0, 0, 0));
      setImmediate(() => stream.close(constants.NGHTTP2_CANCEL));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(started).toBeLessThanOrEqual(8_192);
}, 60_000);

test("a connection that speaks something else is ended, and others are served", async () => {
  const { address, port } = await serve();
  for (const text of [
    "GET / HTTP/1.1\r\n\r\n",
    "\x16\x03\x01\x02\x00",
    "PRI * HTTP/2.0\r\n\r\nXX",
  ]) {
    const socket = connectTcp(port, "127.0.0.1");
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.resume().write(`${text}${"\0".repeat(64)}`);
    await closed;
  }
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("a server that speaks something else is unavailable", async () => {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { client } = dial([`127.0.0.1:${(server.address() as AddressInfo).port}`]);
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({ code: "unavailable" });
});

const resets: readonly [code: number, expected: string][] = [
  [constants.NGHTTP2_NO_ERROR, "internal"],
  [constants.NGHTTP2_PROTOCOL_ERROR, "internal"],
  [constants.NGHTTP2_INTERNAL_ERROR, "internal"],
  [constants.NGHTTP2_CANCEL, "canceled"],
  [constants.NGHTTP2_ENHANCE_YOUR_CALM, "resourceExhausted"],
  [constants.NGHTTP2_INADEQUATE_SECURITY, "permissionDenied"],
];

test.for(resets)("a stream reset with error %d is %s", async ([code, expected]) => {
  const address = await rawServer((stream) => stream.close(code));
  await expect(dial([address]).client.say(nothing, testCall())).rejects.toMatchObject({
    code: expected,
  });
});

test("a refused stream is sent again, but not for ever", async () => {
  let streams = 0;
  const once = await rawServer((stream) => {
    if (++streams === 1) stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else wholeAnswer(stream, { "grpc-status": "0" });
  });
  await expect(dial([once]).client.say(nothing, testCall())).resolves.toEqual(nothing);
  let refusals = 0;
  const always = await rawServer((stream) => {
    refusals++;
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
  });
  await expect(dial([always]).client.say(nothing, testCall())).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(refusals).toBe(3);
});

test("a call whose connection breaks after it was sent is not sent again", async () => {
  let streams = 0;
  const address = await rawServer((stream) => {
    streams++;
    stream.session?.destroy();
  });
  await expect(dial([address]).client.say(nothing, testCall())).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(streams).toBe(1);
});

const answers: readonly [
  what: string,
  answer: (stream: ServerHttp2Stream) => void,
  code: string,
][] = [
  [
    "HTTP 404",
    (stream) => stream.respond({ ":status": 404 }, { endStream: true }),
    "unimplemented",
  ],
  ["HTTP 503", (stream) => stream.respond({ ":status": 503 }, { endStream: true }), "unavailable"],
  [
    "HTTP 401",
    (stream) => stream.respond({ ":status": 401 }, { endStream: true }),
    "unauthenticated",
  ],
  [
    "a page instead of gRPC",
    (stream) => {
      stream.respond({ ":status": 200, "content-type": "text/html" });
      stream.end("<p>hello");
    },
    "unknown",
  ],
  [
    "a message and no status",
    (stream) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" });
      stream.end(framed(0, 0, 0, 0));
    },
    "internal",
  ],
  ["an unknown status", (stream) => wholeAnswer(stream, { "grpc-status": "99" }), "unknown"],
  [
    "success without a message",
    (stream) =>
      stream.respond(
        { ":status": 200, "content-type": "application/grpc", "grpc-status": "0" },
        { endStream: true },
      ),
    "internal",
  ],
  [
    "a compressed answer",
    (stream) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" });
      stream.end(Buffer.of(1, 0, 0, 0, 1, 0));
    },
    "unimplemented",
  ],
];

test.for(answers)("%s from a server is a failure that says so", async ([, answer, code]) => {
  const { client } = dial([await rawServer(answer)]);
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({ code });
});
