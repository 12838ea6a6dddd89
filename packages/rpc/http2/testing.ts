import type { connect as connectHttp2, OutgoingHttpHeaders } from "node:http2";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { type Field, type HeaderList, stable, varying } from "./headers.ts";
import { frameTypes, preface } from "./protocol.ts";
import { Session } from "./session.ts";
import type { SessionOptions } from "./session-options.ts";
import type { Stream } from "./stream.ts";

/** What our sessions agree to, where a test says nothing else. */
export const options: SessionOptions = {
  role: "server",
  windowBytes: 131_072,
  headerListBytesMax: 16_384,
  streamsMax: 100,
  heldBytesMax: 1_048_576,
  resets: { burst: 50, perSecond: 1 },
};

/** Answers the port; the server closes with the test. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Our server, which answers a body with itself; and the sessions that it has. */
export async function echoServer(changes: Partial<SessionOptions> = {}) {
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
export function ask(
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

/** Our client, for the length of a test. */
export async function clientOf(port: number): Promise<Session> {
  const session = new Session(
    connect(port, "127.0.0.1"),
    { ...options, role: "client" },
    { close() {} },
  );
  onTestFinished(() => session.destroy());
  return session;
}

/** The headers of a request. */
export const requestFields: readonly Field[] = [
  stable(":method", "POST"),
  stable(":scheme", "http"),
  stable(":authority", "localhost"),
  stable(":path", "/"),
  varying("x-say", "hello"),
];

/** Asks by a client of ours. */
export function say(session: Session, body: Buffer) {
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

/** A connection by hand: its frames, and the code of the goodbye that it gets, if any, when it ends. */
export function byHand(port: number, ...bytes: readonly Buffer[]): Promise<number | undefined> {
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

/** A frame by hand. */
export function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** What a client begins with. */
export const hello = Buffer.concat([preface, frame(frameTypes.settings, 0, 0, Buffer.alloc(0))]);
