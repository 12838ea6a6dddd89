import { connect } from "node:net";
import { expect, test } from "vitest";
import { HeaderEncoder } from "./header-encoder.ts";
import { errorCodes, frameTypes, preface } from "./protocol.ts";
import { byHand, clientOf, echoServer, frame, hello, requestFields, say } from "./testing.ts";

// Rules that node:http2 never breaks are broken by hand.
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
