import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Address, hostOf } from "../addresses.ts";
import { connectReading } from "../connect-reading.ts";
import { clientTls, type TlsOptions } from "../tls-options.ts";
import { FrameReader } from "./frames.ts";
import { isGoodbye } from "./goodbye.ts";
import { connectTimeoutMs, keepaliveMs } from "./limits.ts";
import { ThriftReader } from "./protocol.ts";
import { socketError } from "./status.ts";

/** One call on a connection. */
export interface Exchange {
  /** The request in its frame. */
  readonly request: Buffer;
  /** Takes the answer. Returns whether it was one, so that the connection is of further use. */
  receive(message: ThriftReader): boolean;
  /** The server closes and has not looked at the call. */
  refused(): void;
  /** The connection is gone, and the server may or may not have looked at the call. */
  lost(cause: Error | undefined): void;
}

/** What becomes of a connection. */
export interface ConnectionEvents {
  /** It takes calls: it has been made, or its call is over. */
  free(connection: ClientConnection): void;
  /** It takes no more calls. Called once. */
  gone(connection: ClientConnection, cause: Error | undefined): void;
  /** The server takes no more calls, and so it is with all other connections. */
  goodbye(): void;
}

/**
 * One socket with a server, and at most one call on it. Servers answer the calls of a connection in order, so a
 * second call would wait for the first, and to give up one of them would mean to lose the other.
 */
export class ClientConnection {
  /** Whether it has ever been made. */
  isMade = false;
  /** When it was used last, in looks of its owner. */
  usedAt = 0;
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #reader = new FrameReader((message) => this.#onMessage(message));
  #exchange: Exchange | undefined;
  #isGone = false;
  #error: Error | undefined;

  /** Connects at once. */
  constructor(address: Address, tls: TlsOptions | undefined, events: ConnectionEvents) {
    this.#events = events;
    this.#socket = openSocket(address, tls, (chunk) => this.#onChunk(chunk));
    const timer = setTimeout(() => {
      this.#error = new Error(`no answer from ${address.host}:${address.port}`);
      this.#socket.destroy();
    }, connectTimeoutMs);
    this.#socket.once(tls ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      this.isMade = true;
      if (!this.#isGone) events.free(this);
    });
    this.#socket.on("error", (error) => {
      this.#error ??= socketError(error);
    });
    // The server has closed its side: nobody will answer here.
    this.#socket.once("end", () => this.#leave());
    this.#socket.once("close", () => {
      clearTimeout(timer);
      this.#leave();
    });
  }

  /** Sends a call; only while there is no other. Returns false if that is certainly not possible any more. */
  send(exchange: Exchange): boolean {
    if (this.#isGone || !this.#socket.writable) return false;
    this.#exchange = exchange;
    this.#socket.write(exchange.request);
    return true;
  }

  /** Gives up its call, if it is this one. The answer may still come, so nobody else uses the connection. */
  abandon(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    this.destroy();
  }

  /** Ends when its call is over; at once if there is none. */
  release(): void {
    if (!this.#exchange) this.destroy();
  }

  /** Ends at once. */
  destroy(): void {
    this.#socket.destroy();
    this.#leave();
  }

  #onChunk(chunk: Buffer): void {
    if (this.#isGone) return;
    try {
      this.#reader.push(chunk);
    } catch (thrown) {
      this.#error ??= thrown instanceof Error ? thrown : new Error(String(thrown));
      this.destroy();
    }
  }

  /** Throws for what makes no sense. */
  #onMessage(message: Buffer): void {
    const exchange = this.#exchange;
    if (isGoodbye(message)) {
      this.#exchange = undefined;
      this.destroy();
      this.#events.goodbye();
      exchange?.refused();
      return;
    }
    if (!exchange) throw new Error("the server spoke without being asked");
    this.#exchange = undefined;
    if (!exchange.receive(new ThriftReader(message))) this.destroy();
    else if (!this.#isGone) this.#events.free(this);
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#reader.close();
    this.#socket.destroy();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#events.gone(this, this.#error);
    exchange?.lost(this.#error);
  }
}

function openSocket(
  address: Address,
  tls: TlsOptions | undefined,
  onChunk: (chunk: Buffer) => void,
): Socket {
  const { host, port } = address;
  const options = {
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepaliveMs,
  };
  if (!tls) return connectReading(options, onChunk);
  return connectTls({ ...options, ...clientTls(tls, hostOf(address)) }).on("data", onChunk);
}
