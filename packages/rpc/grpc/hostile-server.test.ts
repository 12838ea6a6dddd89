import {
  constants,
  createServer,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer as createTcpServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { nothing } from "../echo-contract.ts";
import { FrameInput } from "../http2/frame-input.ts";
import { HeaderEncoder } from "../http2/header-encoder.ts";
import { frameTypes, preface } from "../http2/protocol.ts";
import { listen, frame as rawFrame } from "../http2/testing.ts";
import { testCall } from "../test-call.ts";
import { answerHeaders } from "./server-call.ts";
import { okTrailers } from "./status.ts";
import { dial, framed } from "./testing.ts";

/** A server of raw streams that speaks as it likes. */
async function rawServer(answer: (stream: ServerHttp2Stream) => void): Promise<string> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => {});
    answer(stream);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
  });
  return `127.0.0.1:${port}`;
}

const wholeAnswer = (stream: ServerHttp2Stream, trailers: OutgoingHttpHeaders) => {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end(framed(0, 0, 0, 0));
};

test("a server that speaks something else is unavailable", async () => {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const { client } = dial([`127.0.0.1:${await listen(server)}`]);
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

test("a server that answers without reading the request is told that no more comes", async () => {
  const told = Promise.withResolvers<number>();
  const answer = new HeaderEncoder().encode([...answerHeaders, ...okTrailers]);
  const server = createTcpServer((socket) => {
    const input = new FrameInput({
      frame({ type, streamId }, bytes, start) {
        if (type === frameTypes.reset) told.resolve(bytes.readUInt32BE(start));
        if (type !== frameTypes.headers) return;
        socket.write(rawFrame(frameTypes.headers, 4, streamId, Buffer.from(answer)));
        socket.write(rawFrame(frameTypes.data, 0, streamId, framed(0, 0, 0, 0)));
        socket.write(rawFrame(frameTypes.headers, 5, streamId, Buffer.from(answer)));
      },
    });
    socket.write(rawFrame(frameTypes.settings, 0, 0, Buffer.alloc(0)));
    socket.once("data", (first: Buffer) => {
      input.push(first.subarray(preface.length));
      socket.on("data", (chunk: Buffer) => input.push(chunk));
    });
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
  });
  const { client } = dial([`127.0.0.1:${await listen(server)}`]);
  const long = { number: 0, words: ["x".repeat(1_000_000)] };
  await expect(client.say(long, testCall())).resolves.toEqual(nothing);
  expect(await told.promise).toBe(constants.NGHTTP2_CANCEL);
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
