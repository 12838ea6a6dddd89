import {
  connect as connectHttp2,
  constants,
  createServer as createHttp2Server,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { HeaderEncoder } from "./header-encoder.ts";
import { type Field, type HeaderList, stable, varying } from "./headers.ts";
import { errorCodes, frameTypes, preface } from "./protocol.ts";
import { Session } from "./session.ts";
import type { SessionOptions } from "./session-options.ts";
import type { Stream } from "./stream.ts";

// The referee is node:http2, on either side; rules that it never breaks are broken by hand.
const options: SessionOptions = {
  role: "server",
  windowBytes: 131_072,
  headerListBytesMax: 16_384,
  streamsMax: 100,
  heldBytesMax: 1_048_576,
  resets: { burst: 50, perSecond: 1 },
};

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Our server, which answers a body with itself; and the sessions that it has. */
async function echoServer(changes: Partial<SessionOptions> = {}) {
  const sessions: Session[] = [];
  const server = createServer((socket) => {
    const session = new Session(
      socket,
      { ...options, ...changes },
      { stream: (stream, headers) => echo(stream, headers), close() {} },
    );
    sessions.push(session);
    onTestFinished(() => session.destroy());
  });
  return { port: await listen(server), sessions };
}

function echo(stream: Stream, headers: HeaderList) {
  const chunks: Buffer[] = [];
  return {
    onData: (bytes: Buffer) => void chunks.push(bytes),
    onEnd() {
      stream.sendHeaders([stable(":status", "200"), varying("x-said", headers.get("x-say") ?? "")]);
      stream.sendData(Buffer.concat(chunks));
      stream.sendTrailers([stable("x-end", "yes")]);
    },
    onClose() {},
  };
}

interface Answer {
  readonly headers: Record<string, unknown>;
  readonly trailers: Record<string, unknown>;
  readonly body: Buffer;
}

/** Asks by node:http2. */
function ask(
  session: ReturnType<typeof connectHttp2>,
  body: Buffer,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":method": "POST", ":path": "/", ...headers });
    const chunks: Buffer[] = [];
    let answer = {};
    let trailers = {};
    stream.on("response", (received) => {
      answer = received;
    });
    stream.on("trailers", (received) => {
      trailers = received;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
    stream.on("end", () => resolve({ headers: answer, trailers, body: Buffer.concat(chunks) }));
    stream.end(body);
  });
}

const settings = [
  ["as they are", {}],
  ["with no table of headers", { headerTableSize: 0 }],
  ["with a small table and a small window", { headerTableSize: 100, initialWindowSize: 1_000 }],
  ["with large frames", { maxFrameSize: 1_000_000, initialWindowSize: 2 ** 30 }],
] as const;

test.for(settings)("node:http2 asks our server, its settings %s", async ([, theirs]) => {
  const { port } = await echoServer();
  const session = connectHttp2(`http://127.0.0.1:${port}`, { settings: theirs });
  onTestFinished(() => session.destroy());
  const bodies = [0, 1, 1_000, 16_384, 16_385, 300_000].map((size) => Buffer.alloc(size, "ab"));
  for (const [index, body] of [...bodies, ...bodies].entries()) {
    const answer = await ask(session, body, { "x-say": `${index}` });
    expect(answer.headers["x-said"]).toBe(`${index}`);
    expect(answer.body.equals(body)).toBe(true);
    expect(answer.trailers["x-end"]).toBe("yes");
  }
  const all = await Promise.all(bodies.map((body) => ask(session, body)));
  expect(all.map(({ body }) => body.length)).toEqual(bodies.map(({ length }) => length));
});

test.for(settings)("our client asks node:http2, its settings %s", async ([, theirs]) => {
  const server = createHttp2Server({
    settings: theirs,
    paddingStrategy: constants.PADDING_STRATEGY_MAX,
  });
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    stream.respond({ "x-said": headers["x-say"] }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-end": "yes" }));
    stream.on("error", () => {}).pipe(stream);
  });
  const session = await clientOf(await listen(server));
  const bodies = [0, 1, 1_000, 16_384, 16_385, 300_000].map((size) => Buffer.alloc(size, "ab"));
  const answers = await Promise.all([...bodies, ...bodies].map((body) => say(session, body)));
  expect(answers.map(({ body }) => body.length)).toEqual(
    [...bodies, ...bodies].map(({ length }) => length),
  );
  for (const { headers, trailers } of answers) {
    expect(headers?.get("x-said")).toBe("hello");
    expect(trailers?.get("x-end")).toBe("yes");
  }
});

async function clientOf(port: number): Promise<Session> {
  const session = new Session(
    connect(port, "127.0.0.1"),
    { ...options, role: "client" },
    { close() {} },
  );
  onTestFinished(() => session.destroy());
  return session;
}

const requestFields: readonly Field[] = [
  stable(":method", "POST"),
  stable(":scheme", "http"),
  stable(":authority", "localhost"),
  stable(":path", "/"),
  varying("x-say", "hello"),
];

function say(session: Session, body: Buffer) {
  return new Promise<{
    headers: HeaderList | undefined;
    trailers: HeaderList | undefined;
    body: Buffer;
    errorCode: number;
  }>((resolve) => {
    const received: HeaderList[] = [];
    const chunks: Buffer[] = [];
    const stream = session.request(requestFields, {
      onHeaders: (headers) => void received.push(headers),
      onData: (bytes) => void chunks.push(bytes),
      onClose(errorCode) {
        const [headers, trailers] = received;
        resolve({ headers, trailers, body: Buffer.concat(chunks), errorCode });
      },
    });
    stream.sendData(body, true);
  });
}

test("every byte that a header may have comes as it was sent", async () => {
  const { port } = await echoServer();
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  for (let byte = 0x20; byte < 0x100; byte++) {
    if (byte === 0x7f) continue;
    const value = `a${String.fromCharCode(byte).repeat(3)}b`;
    const answer = await ask(session, Buffer.alloc(0), { "x-say": value });
    expect(answer.headers["x-said"]).toBe(value);
  }
});

test("a session that closes ends the streams it has, and takes no more", async () => {
  const { port, sessions } = await echoServer();
  const client = await clientOf(port);
  const release: (() => void)[] = [];
  const open = new Promise<number>((resolve) => {
    const stream = client.request(requestFields, { onClose: resolve });
    release.push(() => stream.sendData(Buffer.from("x"), true));
  });
  await say(client, Buffer.alloc(3));
  sessions[0]?.close();
  await expect.poll(() => client.isOpen).toBe(false);
  release[0]?.();
  expect(await open).toBe(errorCodes.none);
  await expect.poll(() => sessions[0]?.isClosed).toBe(true);
});

/** A connection by hand: its frames, and the code of the goodbye that it gets, if any, when it ends. */
function byHand(port: number, ...bytes: readonly Buffer[]): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {});
    socket.on("close", () => resolve(goodbyeIn(Buffer.concat(chunks))));
    socket.write(Buffer.concat(bytes));
    onTestFinished(() => void socket.destroy());
  });
}

function goodbyeIn(bytes: Buffer): number | undefined {
  for (let at = 0; at + 9 <= bytes.length; ) {
    const length = bytes.readUIntBE(at, 3);
    if (bytes[at + 3] === frameTypes.goaway) return bytes.readUInt32BE(at + 13);
    at += 9 + length;
  }
  return undefined;
}

function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

const hello = Buffer.concat([preface, frame(frameTypes.settings, 0, 0, Buffer.alloc(0))]);
const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const setting = (id: number, value: number) =>
  frame(frameTypes.settings, 0, 0, Buffer.concat([Buffer.from([0, id]), number(value)]));
const block = Buffer.from(new HeaderEncoder().encode(requestFields));
const empty = Buffer.alloc(0);

const { protocol, flowControl, frameSize, compression, enhanceYourCalm } = errorCodes;
const breaches: readonly [what: string, code: number, ...frames: readonly Buffer[]][] = [
  ["another protocol", protocol, Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
  ["no settings first", protocol, preface, frame(frameTypes.ping, 0, 0, Buffer.alloc(8))],
  ["a frame that is too long", frameSize, hello, frame(0, 0, 1, Buffer.alloc(16_385))],
  ["settings cut short", frameSize, hello, frame(4, 0, 0, Buffer.alloc(5))],
  ["settings of a stream", protocol, hello, frame(4, 0, 1, empty)],
  ["a window that is too large", flowControl, hello, setting(4, 2 ** 31)],
  ["a frame size that is too small", protocol, hello, setting(5, 16_383)],
  ["a ping cut short", frameSize, hello, frame(6, 0, 0, Buffer.alloc(7))],
  ["a window that does not grow", protocol, hello, frame(8, 0, 0, number(0))],
  ["a window that grows too far", flowControl, hello, frame(8, 0, 0, number(2 ** 31 - 1))],
  ["a message to no stream", protocol, hello, frame(0, 0, 0, empty)],
  ["a message to a stream that is not open", protocol, hello, frame(0, 0, 5, empty)],
  ["a reset of a stream that is not open", protocol, hello, frame(3, 0, 5, number(8))],
  ["a stream with an even number", protocol, hello, frame(1, 4, 2, block)],
  ["a push", protocol, hello, frame(5, 4, 1, empty)],
  ["headers that cannot be read", compression, hello, frame(1, 4, 1, Buffer.from([0xff, 0xff]))],
  ["a continuation of nothing", protocol, hello, frame(9, 4, 1, block)],
  [
    "headers that another frame interrupts",
    protocol,
    hello,
    frame(1, 0, 1, block),
    frame(6, 0, 0, Buffer.alloc(8)),
  ],
  [
    "a continuation of other headers",
    protocol,
    hello,
    frame(1, 0, 1, block),
    frame(9, 4, 3, block),
  ],
  [
    "headers without end",
    enhanceYourCalm,
    hello,
    frame(1, 0, 1, block),
    ...Array.from({ length: 20 }, () => frame(9, 0, 1, empty)),
  ],
  ["headers that are all padding", protocol, hello, frame(1, 0xc, 1, Buffer.from([200, 1, 2]))],
  [
    "streams that are opened and reset again and again",
    enhanceYourCalm,
    hello,
    ...Array.from({ length: 80 }, (_, i) =>
      Buffer.concat([frame(1, 4, 2 * i + 1, block), frame(3, 0, 2 * i + 1, number(8))]),
    ),
  ],
];

test.for(breaches)("%s ends the connection with code %i", async ([, code, ...frames]) => {
  const { port } = await echoServer();
  expect(await byHand(port, ...frames)).toBe(code);
  expect((await say(await clientOf(port), Buffer.alloc(9))).body).toHaveLength(9);
});

test("a breach is found however the bytes are cut", async () => {
  const { port } = await echoServer();
  const bytes = Buffer.concat([hello, frame(1, 0, 1, block), frame(9, 4, 3, block)]);
  const socket = connect(port, "127.0.0.1");
  const ended = new Promise((resolve) => socket.on("close", resolve).on("error", () => {}));
  socket.setNoDelay(true).resume();
  for (const byte of bytes) {
    socket.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
});

test("pings of a client that does not read are answered up to a point", async () => {
  const { port, sessions } = await echoServer();
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  onTestFinished(() => void socket.destroy());
  socket.pause().write(hello);
  const pings = Buffer.concat(Array.from({ length: 4_000 }, () => frame(6, 0, 0, Buffer.alloc(8))));
  const flood = () => {
    if (!socket.destroyed) socket.write(pings, () => setImmediate(flood));
  };
  flood();
  await expect.poll(() => sessions[0]?.isClosed, { timeout: 20_000 }).toBe(true);
}, 30_000);

test("short questions with long answers, and no reading, end the connection", async () => {
  const { port, sessions } = await echoServer({ heldBytesMax: 300_000 });
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  onTestFinished(() => void socket.destroy());
  const encoder = new HeaderEncoder();
  const fields = [...requestFields.slice(0, 4), stable("x-say", "x".repeat(2_000))];
  const first = Buffer.from(encoder.encode(fields));
  const further = Buffer.from(encoder.encode(fields));
  socket.pause().write(Buffer.concat([hello, frame(1, 5, 1, first)]));
  let streamId = 1;
  const flood = () => {
    const frames = Array.from({ length: 500 }, () => {
      streamId += 2;
      return frame(1, 5, streamId, further);
    });
    if (!socket.destroyed) socket.write(Buffer.concat(frames), () => setImmediate(flood));
  };
  flood();
  await expect
    .poll(() => sessions[0]?.error, { timeout: 20_000 })
    .toMatchObject({
      code: enhanceYourCalm,
    });
}, 30_000);

test("what a client leaves unread is held up to a point, and further streams are refused", async () => {
  const { port } = await echoServer({ heldBytesMax: 300_000 });
  const client = new Session(
    connect(port, "127.0.0.1"),
    { ...options, role: "client", windowBytes: 65_535 },
    { close() {} },
  );
  onTestFinished(() => client.destroy());
  const greedy = connectHttp2(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
  onTestFinished(() => greedy.destroy());
  const refused = () =>
    new Promise<boolean>((resolve) => {
      const stream = greedy.request({ ":method": "POST", ":path": "/" });
      stream.on("response", () => resolve(false)).on("error", () => {});
      stream.on("close", () => resolve(stream.rstCode === errorCodes.refusedStream));
      stream.end(Buffer.alloc(100_000));
    });
  let taken = 0;
  while (!(await refused())) taken++;
  expect(taken).toBe(4);
  expect((await say(client, Buffer.alloc(9))).body).toHaveLength(9);
});

test("headers that are too large cost their stream only", async () => {
  const { port } = await echoServer();
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const large = ask(session, Buffer.alloc(1), { "x-say": "x".repeat(20_000) });
  await expect(large).rejects.toMatchObject({ code: "ERR_HTTP2_STREAM_ERROR" });
  expect((await ask(session, Buffer.alloc(5))).body).toHaveLength(5);
});
