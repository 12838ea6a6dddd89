import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { silent } from "@faultline/telemetry/logger";
import { onTestFinished } from "vitest";
import type { Saying } from "../echo-contract.ts";
import { type DialOptions, dialThrift } from "./client.ts";
import { ThriftEcho, thriftEcho } from "./echo-contract.ts";
import { encodeFrame, FrameReader } from "./frames.ts";
import { type MessageHeader, messageKinds, ThriftReader } from "./protocol.ts";
import { startThriftServer, type ThriftServerOptions } from "./server.ts";

function pem(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/${name}.pem`, import.meta.url));
}

/** What TLS needs on both sides. */
export const tls = {
  ca: pem("ca_cert"),
  cert: pem("server_cert"),
  key: pem("server_key"),
  serverName: "x.test.example.com",
};

/** Our server, for the length of a test. */
export async function serve(options: Partial<ThriftServerOptions<typeof ThriftEcho>> = {}) {
  const server = await startThriftServer({
    contract: ThriftEcho,
    handlers: thriftEcho(),
    service: "echo",
    log: silent,
    host: "127.0.0.1",
    port: 0,
    ...options,
  });
  onTestFinished(() => server.close());
  return { ...server, address: `127.0.0.1:${server.port}` };
}

/** Our client, for the length of a test. */
export function dial(
  addresses: readonly string[],
  options: Partial<DialOptions<typeof ThriftEcho>> = {},
) {
  const connection = dialThrift({
    contract: ThriftEcho,
    addresses,
    service: "test",
    peer: "echo",
    ...options,
  });
  onTestFinished(() => connection.close());
  return connection;
}

/** Something said that is known by its number. */
export const number = (value: number): Saying => ({ number: value, words: [] });

/** Handlers that wait until told to go on, and how many do. */
export function held() {
  const waiting: (() => void)[] = [];
  const handlers = thriftEcho(async (saying) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return saying;
  });
  return { handlers, waiting };
}

const { say } = ThriftEcho.methods;

/** A call of `Say` in its frame. */
export function callFrame(
  sequence: number,
  saying: Saying,
  carrier?: ReadonlyMap<string, string>,
): Buffer {
  return encodeFrame({ name: "Say", kind: messageKinds.call, sequence }, (writer) =>
    say.writeArguments(writer, saying, carrier),
  );
}

/** The answer to a call of `Say` in its frame. */
export function answerFrame({ name, sequence }: MessageHeader, saying: Saying): Buffer {
  return encodeFrame({ name, kind: messageKinds.reply, sequence }, (writer) =>
    say.writeResult(writer, saying),
  );
}

/** A bare socket with a server, for the length of a test, and what comes out of it. */
export class RawClient {
  readonly socket: Socket;
  /** Ends when the server has closed its side, or all is over. */
  readonly closed: Promise<void>;
  readonly #frames: Buffer[] = [];
  #onFrame: (() => void) | undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const reader = new FrameReader((message) => {
      this.#frames.push(message);
      this.#onFrame?.();
    });
    this.closed = new Promise((resolve) => {
      for (const event of ["end", "close"]) this.socket.once(event, () => resolve());
    });
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk: Buffer) => reader.push(chunk));
    onTestFinished(() => void this.socket.destroy());
  }

  /** The next message, without its frame. Rejects if the connection ends before. */
  async message(): Promise<ThriftReader> {
    const arrived = new Promise<void>((resolve) => {
      this.#onFrame = resolve;
    });
    if (this.#frames.length === 0) await Promise.race([arrived, this.closed]);
    const frame = this.#frames.shift();
    if (!frame) throw new Error("the server has closed the connection");
    return new ThriftReader(frame);
  }

  /** The next answer to a call of `Say`. */
  async answer(): Promise<{ header: MessageHeader; saying: Saying }> {
    const reader = await this.message();
    const header = reader.message();
    return { header, saying: say.readResult(reader) };
  }
}

/** One call that came to a raw server. */
export interface RawCall {
  readonly socket: Socket;
  readonly header: MessageHeader;
  readonly saying: Saying;
  readonly carrier: ReadonlyMap<string, string> | undefined;
}

/** A server that does with each call whatever the test says, for the length of the test. */
export async function rawServer(
  onCall: (call: RawCall) => void,
): Promise<{ address: string; server: Server; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    const reader = new FrameReader((message) => {
      const body = new ThriftReader(message);
      const header = body.message();
      const { request: saying, carrier } = say.readArguments(body);
      onCall({ socket, header, saying, carrier });
    });
    socket.on("data", (chunk: Buffer) => reader.push(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, server, sockets };
}

/** Answers a call with what it said. */
export function answerCall({ socket, header, saying }: RawCall): void {
  socket.write(answerFrame(header, saying));
}
