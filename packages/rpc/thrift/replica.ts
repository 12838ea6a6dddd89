import type { Address } from "../addresses.ts";
import {
  type Replica as AnyReplica,
  type ReplicaState,
  reconnectMs,
  reconnectWaitMs,
} from "../replicas.ts";
import type { TlsOptions } from "../tls-options.ts";
import { ClientConnection, type Exchange } from "./client-connection.ts";
import { surplusMs } from "./limits.ts";

export interface ReplicaOptions {
  readonly tls: TlsOptions | undefined;
  /** The most connections. */
  readonly poolMax: number;
  /** Called when its state has changed, or when it has room again. */
  readonly onChange: () => void;
}

const looksPerSurplus = 4;

/**
 * One server and the pool of connections with it. One connection is always there, so that it is known whether the
 * server is; others come when calls wait and go when they have not been needed for a while.
 */
export class Replica implements AnyReplica {
  readonly address: Address;
  lastError: Error | undefined;
  readonly #options: ReplicaOptions;
  readonly #connections = new Set<ClientConnection>();
  /** Those whose server has said goodbye: they have a call still, and will get no other. */
  readonly #parting = new Set<ClientConnection>();
  /** The one that was used last comes first again: what is not needed stays below, and the rest is fresh. */
  #idle: ClientConnection[] = [];
  #state: ReplicaState = "connecting";
  #failures = 0;
  #looks = 0;
  #connectedAtMs = Number.NEGATIVE_INFINITY;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #growTimer: NodeJS.Timeout | undefined;
  readonly #looking: NodeJS.Timeout;
  #onEnd: (() => void) | undefined;

  /** Connects at once. */
  constructor(address: Address, options: ReplicaOptions) {
    this.address = address;
    this.#options = options;
    this.#looking = setInterval(() => this.#look(), surplusMs / looksPerSurplus).unref();
    this.#connect();
  }

  get state(): ReplicaState {
    return this.#state;
  }

  get hasRoom(): boolean {
    return this.#state === "ready" && this.#idle.length > 0;
  }

  /** Sends a call on a connection, which it returns; undefined if that has gone just now and nothing was sent. */
  send(exchange: Exchange): ClientConnection | undefined {
    const connection = this.#idle.pop();
    if (!connection) throw new Error("a replica without room takes no calls");
    if (connection.send(exchange)) return connection;
    connection.destroy();
    return undefined;
  }

  grow(): boolean {
    if (this.#state !== "ready" || this.#connections.size >= this.#options.poolMax) return false;
    // While connections cannot be made, it is not tried for each call anew.
    const waitMs = this.#failedAtMs + reconnectMs - performance.now();
    if (waitMs > 0) {
      this.#growTimer ??= setTimeout(() => this.#mayGrow(), waitMs);
      return false;
    }
    this.#connect();
    return true;
  }

  release(onEnd: () => void): void {
    this.#leave();
    for (const connection of this.#connections) connection.release();
    this.#onEnd = onEnd;
    this.#tellIfDone();
  }

  close(): void {
    this.#leave();
    for (const connection of this.#connections) connection.destroy();
  }

  #tellIfDone(): void {
    if (this.#connections.size === 0) this.#onEnd?.();
  }

  #leave(): void {
    this.#state = "closed";
    this.#idle = [];
    clearTimeout(this.#timer);
    clearTimeout(this.#growTimer);
    clearInterval(this.#looking);
  }

  /** Calls that were waiting when it could not grow ask again. */
  #mayGrow(): void {
    this.#growTimer = undefined;
    this.#options.onChange();
  }

  #connect(): void {
    this.#connectedAtMs = performance.now();
    const { tls } = this.#options;
    this.#connections.add(new ClientConnection(this.address, tls, this.#events));
  }

  readonly #events = {
    free: (connection: ClientConnection) => this.#onFree(connection),
    gone: (connection: ClientConnection, cause: Error | undefined) =>
      this.#onGone(connection, cause),
    goodbye: () => this.#onGoodbye(),
  };

  #onFree(connection: ClientConnection): void {
    if (this.#state === "closed" || this.#parting.has(connection)) {
      connection.destroy();
      return;
    }
    connection.usedAt = this.#looks;
    const hadRoom = this.#idle.length > 0;
    this.#idle.push(connection);
    this.#failures = 0;
    const isNew = this.#state !== "ready";
    this.#state = "ready";
    if (isNew || !hadRoom) this.#options.onChange();
  }

  #onGone(connection: ClientConnection, cause: Error | undefined): void {
    this.#connections.delete(connection);
    this.#parting.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#state === "closed") {
      this.#tellIfDone();
      return;
    }
    if (cause) this.lastError = cause;
    if (!connection.isMade) this.#failedAtMs = performance.now();
    if (this.#connections.size > 0) this.#options.onChange();
    else this.#lost();
  }

  /** The server takes no more calls on any connection: those without one are of no use. */
  #onGoodbye(): void {
    // Nor does it take connections for much longer, and one that it has not accepted is lost with its call: so this
    // counts as an attempt that failed.
    this.#failedAtMs = performance.now();
    this.#connectedAtMs = this.#failedAtMs;
    for (const connection of this.#idle.splice(0)) connection.destroy();
    for (const connection of this.#connections)
      if (connection.isMade) this.#parting.add(connection);
  }

  /** No connection is left: a server that was there is looked for at once, one that stays away is not. */
  #lost(): void {
    const wasReady = this.#state === "ready" && this.#failedAtMs < this.#connectedAtMs;
    this.#state = wasReady ? "connecting" : "failed";
    this.#failures = wasReady ? 0 : this.#failures + 1;
    const loss = { failures: this.#failures, connectedAtMs: this.#connectedAtMs };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), reconnectWaitMs(loss));
    this.#options.onChange();
  }

  /** Closes connections that have not been needed for a while, but for one. */
  #look(): void {
    this.#looks++;
    const isSurplus = ({ usedAt }: ClientConnection) => this.#looks - usedAt > looksPerSurplus;
    for (const connection of this.#idle.filter(isSurplus)) {
      if (this.#connections.size > 1) connection.destroy();
    }
  }
}
