import type { Address } from "../addresses.ts";
import { type Field, stable } from "../http2/headers.ts";
import type { Session } from "../http2/session.ts";
import type { Stream, StreamEvents } from "../http2/stream.ts";
import { type Replica as AnyReplica, type ReplicaState, reconnectWaitMs } from "../replicas.ts";
import type { TlsOptions } from "../tls-options.ts";
import { keepAlive } from "./keepalive.ts";
import { concurrentStreamsMax } from "./limits.ts";
import { openSession } from "./open-session.ts";

const method = stable(":method", "POST");
const http = stable(":scheme", "http");
const https = stable(":scheme", "https");

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
  /** What every request to this server begins with. */
  readonly head: readonly Field[];
  /** Why it cannot be reached. */
  lastError: Error | undefined;
  readonly #options: ReplicaOptions;
  #state: ReplicaState = "connecting";
  /** The one that takes calls. */
  #session: Session | undefined;
  /** That one, and those that have calls to finish. */
  readonly #sessions = new Set<Session>();
  #streamsMax = concurrentStreamsMax;
  #failures = 0;
  #connectedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #onEnd: (() => void) | undefined;

  /** Connects at once. */
  constructor(address: Address, options: ReplicaOptions) {
    this.address = address;
    this.#options = options;
    this.head = [method, options.tls ? https : http, stable(":authority", address.authority)];
    this.#connect();
  }

  get state(): ReplicaState {
    return this.#state;
  }

  get hasRoom(): boolean {
    const session = this.#session;
    if (this.#state !== "ready" || !session) return false;
    return session.isOpen && session.streamCount < this.#streamsMax;
  }

  /** Starts a call; only while it has room. The fields come behind `head`. */
  request(fields: readonly Field[], events: StreamEvents): Stream {
    const session = this.#session;
    if (!session) throw new Error("a replica without a session takes no calls");
    return session.request(fields, events);
  }

  release(onEnd: () => void): void {
    const session = this.#session;
    this.#leave();
    session?.close();
    this.#onEnd = onEnd;
    this.#tellIfDone();
  }

  close(): void {
    this.#leave();
    for (const session of this.#sessions) session.destroy();
  }

  #tellIfDone(): void {
    if (this.#sessions.size === 0) this.#onEnd?.();
  }

  #leave(): void {
    this.#state = "closed";
    this.#session = undefined;
    clearTimeout(this.#timer);
  }

  #connect(): void {
    this.#connectedAtMs = performance.now();
    const session = openSession(this.address, this.#options.tls, {
      settings: (streamsMax) => {
        if (session !== this.#session) return;
        this.#streamsMax = Math.min(concurrentStreamsMax, streamsMax);
        this.#enter("ready");
      },
      streamEnded: (left) => {
        if (session === this.#session && left + 1 >= this.#streamsMax) this.#options.onChange();
      },
      goaway: () => this.#lost(session),
      close: (error) => {
        stopAsking();
        this.#sessions.delete(session);
        if (session === this.#session && error) this.lastError = error;
        this.#lost(session);
        this.#tellIfDone();
      },
    });
    this.#session = session;
    this.#sessions.add(session);
    const stopAsking = keepAlive(session, () => session.streamCount > 0);
  }

  /** Calls that were sent when the server had decided to go are refused, and sent elsewhere. */
  #lost(session: Session): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    const wasReady = this.#state === "ready";
    this.#failures = wasReady ? 0 : this.#failures + 1;
    const loss = { failures: this.#failures, connectedAtMs: this.#connectedAtMs };
    this.#timer = setTimeout(() => this.#connect(), reconnectWaitMs(loss));
    this.#enter(wasReady ? "connecting" : "failed");
  }

  #enter(state: ReplicaState): void {
    if (state === "ready") this.#failures = 0;
    this.#state = state;
    this.#options.onChange();
  }
}
