import {
  connect as connectHttp2,
  constants,
  createServer as createHttp2Server,
  type ServerHttp2Stream,
} from "node:http2";
import { connect, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { errorCodes, frameTypes, settingIds } from "./protocol.ts";
import { Session } from "./session.ts";
import { encodeSettings } from "./settings.ts";
import {
  ask,
  clientOf,
  echoServer,
  frame,
  listen,
  options,
  requestFields,
  say,
} from "./testing.ts";

// The referee is node:http2, on either side.
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

test("how many streams a server takes is so until it says otherwise", async () => {
  const { headerTableSize, maxConcurrentStreams } = settingIds;
  const told: [id: number, value: number][] = [
    [headerTableSize, 4_096],
    [maxConcurrentStreams, 5],
    [headerTableSize, 0],
    [maxConcurrentStreams, 6],
  ];
  const frames = told.map((setting) =>
    frame(frameTypes.settings, 0, 0, encodeSettings(new Map([setting]))),
  );
  const port = await listen(createServer((socket) => void socket.write(Buffer.concat(frames))));
  const heard: number[] = [];
  const socket = connect(port, "127.0.0.1");
  const events = { settings: (streamsMax: number) => void heard.push(streamsMax), close() {} };
  const session = new Session(socket, { ...options, role: "client" }, events);
  onTestFinished(() => session.destroy());
  await expect.poll(() => heard.length).toBe(told.length);
  expect(heard.slice(1)).toEqual([5, 5, 6]);
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

test("headers that are too large cost their stream only", async () => {
  const { port } = await echoServer();
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const large = ask(session, Buffer.alloc(1), { "x-say": "x".repeat(20_000) });
  await expect(large).rejects.toMatchObject({ code: "ERR_HTTP2_STREAM_ERROR" });
  expect((await ask(session, Buffer.alloc(5))).body).toHaveLength(5);
});
