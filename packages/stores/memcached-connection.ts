import type { Socket } from "node:net";
import type { CallScope } from "@faultline/rpc/call";
import { connectReading } from "@faultline/rpc/connect-reading";
import {
  deadlineExceeded,
  exhausted,
  internal,
  type ServiceError,
  unavailable,
} from "@faultline/rpc/errors";
import { ReplyReader } from "./memcached-protocol.ts";
import { createOutage } from "./outage.ts";
import { throwIfOver, watchScope } from "./within-scope.ts";

export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  /** The name for errors: `memcached-rate`. */
  readonly peer: string;
  /** How long the server may take to answer, or to be connected to. */
  readonly timeoutMs: number;
  /** Exchanges that may wait for their answers; more are `resourceExhausted`. */
  readonly exchangesMax: number;
  /** How long nobody tries again after a failure. */
  readonly retryAfterMs: number;
}

/** A request that has been written, until its last line has come. */
interface Exchange {
  readonly sentAtMs: number;
  readonly values: Map<string, Buffer>;
  linesLeft: number;
  settle(error: ServiceError | undefined, line: string): void;
}

/** What the server said: the values it gave, and the last line. */
export interface Reply {
  readonly values: Map<string, Buffer>;
  readonly line: string;
}

const expectedLines = new Set(["END", "STORED", "NOT_STORED", "DELETED", "NOT_FOUND"]);

const writtenBytesMax = 16 * 1_024 * 1_024;

/**
 * One connection to one memcached, opened when needed and whenever it was lost; the name is resolved anew each
 * time. Requests are pipelined: each is one write, and answers are told apart by their order. A caller may
 * leave; its answer is then dropped. A server that stays silent for `timeoutMs` loses the connection.
 */
export class MemcachedConnection {
  readonly #settings: ConnectionSettings;
  readonly #outage;
  readonly #exchanges: Exchange[] = [];
  #socket: Socket | undefined;
  #silence: NodeJS.Timeout | undefined;
  #gathering = false;
  #closed = false;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    this.#outage = createOutage(settings.retryAfterMs);
  }

  /** Writes a request and waits for that many lines that end a reply. */
  async exchange(request: string | Buffer, lines: number, scope: CallScope): Promise<Reply> {
    throwIfOver(scope);
    this.#admit();
    this.#socket ??= this.#open();
    this.#write(this.#socket, request);
    return this.#await(lines, scope);
  }

  /** Fails what is still waiting, and resolves when the socket is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#silence);
    const socket = this.#socket;
    if (!socket) return;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    await closed;
  }

  #admit(): void {
    const { peer, exchangesMax } = this.#settings;
    if (this.#closed) throw unavailable(`the connection to ${peer} is closed`);
    const full = this.#exchanges.length >= exchangesMax;
    if (full || (this.#socket?.writableLength ?? 0) > writtenBytesMax)
      throw exhausted(`too many requests already wait for ${peer}`);
    if (!this.#outage.admits()) throw unavailable(`${peer} cannot be reached`);
  }

  /** What is asked in one turn of the event loop, by whomever, travels in one write. */
  #write(socket: Socket, request: string | Buffer): void {
    if (!this.#gathering) {
      this.#gathering = true;
      socket.cork();
      setImmediate(() => {
        this.#gathering = false;
        socket.uncork();
      });
    }
    socket.write(request);
  }

  #await(lines: number, scope: CallScope): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const values = new Map<string, Buffer>();
      const stopWatching = watchScope(scope, reject, this.#settings.timeoutMs);
      this.#exchanges.push({
        sentAtMs: performance.now(),
        values,
        linesLeft: lines,
        settle(error, line) {
          stopWatching();
          if (error) reject(error);
          else resolve({ values, line });
        },
      });
      this.#silence ??= setTimeout(this.#checkSilence, this.#settings.timeoutMs);
    });
  }

  #open(): Socket {
    const { host, port } = this.#settings;
    const replies = new ReplyReader({
      value: (key, bytes) => this.#exchanges[0]?.values.set(key, bytes),
      line: (text) => this.#onLine(text),
    });
    let cause: unknown;
    const options = { host, port, noDelay: true, keepAlive: true };
    const socket = connectReading(options, (chunk) => {
      try {
        replies.push(chunk);
      } catch (thrown) {
        socket.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    });
    socket.on("error", (error) => {
      cause = error;
    });
    socket.on("close", () => {
      if (this.#socket === socket) this.#lost(cause);
    });
    return socket;
  }

  /** Throws when the server and we may disagree about where replies begin: the connection must go. */
  #onLine(line: string): void {
    const exchange = this.#exchanges[0];
    if (!exchange) throw new Error("the server spoke unasked");
    this.#outage.answered();
    exchange.linesLeft--;
    const error = this.#errorIn(line);
    if (exchange.linesLeft > 0 && !error) return;
    this.#exchanges.shift();
    exchange.settle(error, line);
    if (error?.code === "internal" || exchange.linesLeft > 0) throw new Error(line);
  }

  #errorIn(line: string): ServiceError | undefined {
    const { peer } = this.#settings;
    if (line.startsWith("SERVER_ERROR")) return unavailable(`${peer}: ${line}`);
    return expectedLines.has(line) ? undefined : internal(`${peer}: ${line.slice(0, 80)}`);
  }

  #lost(cause: unknown): void {
    this.#socket = undefined;
    if (this.#exchanges.length === 0) return;
    this.#failAll(unavailable(`the connection to ${this.#settings.peer} was lost`, { cause }));
  }

  readonly #checkSilence = (): void => {
    this.#silence = undefined;
    const oldest = this.#exchanges[0];
    if (!oldest) return;
    const { peer, timeoutMs } = this.#settings;
    const leftMs = oldest.sentAtMs + timeoutMs - performance.now();
    if (leftMs > 0) {
      this.#silence = setTimeout(this.#checkSilence, leftMs);
      return;
    }
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#failAll(deadlineExceeded(`${peer} did not answer within ${timeoutMs} ms`));
  };

  #failAll(error: ServiceError): void {
    this.#outage.failed();
    clearTimeout(this.#silence);
    this.#silence = undefined;
    for (const exchange of this.#exchanges.splice(0)) exchange.settle(error, "");
  }
}
