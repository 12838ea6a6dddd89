import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { Address } from "../addresses.ts";
import {
  type Replica as AnyReplica,
  type ReplicaState,
  reconnectMaxMs,
  reconnectMs,
} from "../replicas.ts";
import type { TlsOptions } from "../tls-options.ts";
import { keepAlive } from "./keepalive.ts";
import { concurrentStreamsMax } from "./limits.ts";
import { openSession } from "./open-session.ts";

export interface ReplicaOptions {
  readonly tls: TlsOptions | undefined;
  /** Called when its state has changed, or when it has room again. */
  readonly onChange: () => void;
}

/**
 * One server, and the session with it. A session that is lost or that the server is about to close is replaced by a
 * new one; the calls on the old one finish there.
 */
export class Replica implements AnyReplica {
  readonly address: Address;
  /** Why it cannot be reached. */
  lastError: Error | undefined;
  readonly #options: ReplicaOptions;
  #state: ReplicaState = "connecting";
  #session: ClientHttp2Session | undefined;
  #streams = 0;
  #streamsMax = concurrentStreamsMax;
  #failures = 0;
  #connectedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** Connects at once. */
  constructor(address: Address, options: ReplicaOptions) {
    this.address = address;
    this.#options = options;
    this.#connect();
  }

  get state(): ReplicaState {
    return this.#state;
  }

  get hasRoom(): boolean {
    const session = this.#session;
    if (this.#state !== "ready" || !session) return false;
    return !session.closed && this.#streams < this.#streamsMax;
  }

  /** Starts a call; only while it has room. */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    const session = this.#session;
    if (!session) throw new Error("a replica without a session takes no calls");
    const stream = session.request(headers);
    this.#streams++;
    stream.once("close", () => {
      if (session !== this.#session) return;
      if (this.#streams-- >= this.#streamsMax) this.#options.onChange();
    });
    return stream;
  }

  /** Takes no more calls; those under way end as they would. */
  release(): void {
    const session = this.#session;
    this.#leave();
    session?.close();
  }

  /** Ends everything. */
  close(): void {
    const session = this.#session;
    this.#leave();
    session?.destroy();
  }

  #leave(): void {
    this.#state = "closed";
    this.#session = undefined;
    clearTimeout(this.#timer);
  }

  #connect(): void {
    const session = openSession(this.address, this.#options.tls);
    this.#session = session;
    this.#streams = 0;
    this.#connectedAtMs = performance.now();
    session.on("error", (error) => {
      if (session === this.#session) this.lastError = error;
    });
    session.on("remoteSettings", ({ maxConcurrentStreams = concurrentStreamsMax }) => {
      if (session !== this.#session) return;
      this.#streamsMax = Math.min(concurrentStreamsMax, maxConcurrentStreams);
      this.#enter("ready");
    });
    session.once("goaway", (code) => this.#lost(session, code));
    session.once("close", () => this.#lost(session));
    keepAlive(session, () => session === this.#session && this.#streams > 0);
  }

  #lost(session: ClientHttp2Session, goawayCode?: number): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    const wasReady = this.#state === "ready";
    // Calls that were sent when the server had decided to go are refused, and sent elsewhere.
    if (goawayCode === constants.NGHTTP2_NO_ERROR) session.close();
    this.#failures = wasReady ? 0 : this.#failures + 1;
    this.#timer = setTimeout(() => this.#connect(), this.#waitMs(wasReady));
    this.#enter(wasReady ? "connecting" : "failed");
  }

  /** A server that was there a while is looked for again at once, one that keeps going away is not. */
  #waitMs(wasReady: boolean): number {
    const sinceMs = performance.now() - this.#connectedAtMs;
    if (wasReady) return Math.max(0, reconnectMs - sinceMs);
    const backoffMs = Math.min(reconnectMaxMs, reconnectMs * 1.6 ** (this.#failures - 1));
    // Clients that lost a server together do not all come back together.
    return Math.max(0, backoffMs * (0.8 + 0.4 * Math.random()) - sinceMs);
  }

  #enter(state: ReplicaState): void {
    if (state === "ready") this.#failures = 0;
    this.#state = state;
    this.#options.onChange();
  }
}
