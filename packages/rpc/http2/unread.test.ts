import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { HeaderEncoder } from "./header-encoder.ts";
import { stable } from "./headers.ts";
import { errorCodes } from "./protocol.ts";
import { Session } from "./session.ts";
import { echoServer, frame, hello, options, requestFields, say } from "./testing.ts";

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
      code: errorCodes.enhanceYourCalm,
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
