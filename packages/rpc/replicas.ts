import { type Address, resolve, type Target } from "./addresses.ts";
import { exhausted, type ServiceError, unavailable } from "./errors.ts";

/** How long a server is left alone that could not be reached: at first, and in the end. */
export const reconnectMs = 100;
const reconnectMaxMs = 2_000;

/** What is known of a server that has been lost. */
export interface Loss {
  /** How often it could not be reached since it last was. */
  readonly failures: number;
  /** When it was tried last, by `performance.now()`. */
  readonly connectedAtMs: number;
}

/** How long to wait before it is tried again: one that was there a while, not at all; one that stays away, longer. */
export function reconnectWaitMs({ failures, connectedAtMs }: Loss): number {
  const backoffMs = Math.min(reconnectMaxMs, reconnectMs * 1.6 ** (failures - 1));
  // Clients that lost a server together do not all come back together.
  const waitMs = failures === 0 ? reconnectMs : backoffMs * (0.8 + 0.4 * Math.random());
  return Math.max(0, waitMs - (performance.now() - connectedAtMs));
}

/** Calls of one client that wait for a connection or for room on one; more are `resourceExhausted`. */
export const waitingMax = 4_096;

/** `failed` until it is connected again, though it may be trying: callers need not wait for that. */
export type ReplicaState = "connecting" | "ready" | "failed" | "closed";

/** One server of several, by whatever protocol. It connects when it is made, and again when it has lost its server. */
export interface Replica {
  readonly address: Address;
  readonly state: ReplicaState;
  /** Whether it takes a call now. */
  readonly hasRoom: boolean;
  /** Why it cannot be reached. */
  readonly lastError: Error | undefined;
  /** Starts to make room for one more call; answers whether it did. */
  grow?(): boolean;
  /** Takes no more calls; those under way end as they would, and `onEnd` is called once they have. */
  release(onEnd: () => void): void;
  /** Ends everything. */
  close(): void;
}

/** A call that looks for a server. */
export interface Outgoing<R extends Replica> {
  send(replica: R): void;
  fail(error: ServiceError): void;
}

export interface ReplicasOptions<R extends Replica> {
  readonly target: Target;
  readonly peer: string;
  /** Makes a replica, which calls `onChange` when its state has changed, or when it has room again. */
  connect(address: Address, onChange: () => void): R;
  /** The failure of a call for which there is no room, even to wait. */
  full?(): ServiceError;
}

/**
 * All servers of one service: calls go to those that are connected, one after the other. While none is, calls wait
 * if one may be soon, and fail at once if none can be reached. Nothing is opened before the first use.
 */
export class Replicas<R extends Replica> {
  readonly #options: ReplicasOptions<R>;
  readonly #waiting = new Set<Outgoing<R>>();
  readonly #watchers = new Set<() => void>();
  #replicas: readonly R[] = [];
  /** Those that the name stands for no longer, and that have calls to finish. */
  readonly #released = new Set<R>();
  #next = 0;
  #opened = false;
  #closed = false;
  #resolving = false;
  #resolvedAtMs = Number.NEGATIVE_INFINITY;
  #resolveError: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReplicasOptions<R>) {
    this.#options = options;
  }

  /** Sends the call now or when there is room, or fails it. */
  submit(outgoing: Outgoing<R>): void {
    this.open();
    const replica = this.#pick();
    if (replica) outgoing.send(replica);
    else if (!this.#mayWait()) outgoing.fail(this.#unreachable());
    else if (this.#waiting.size < waitingMax) this.#wait(outgoing);
    else outgoing.fail(this.#full());
  }

  /** Forgets a call that has not been sent yet. */
  withdraw(outgoing: Outgoing<R>): void {
    this.#waiting.delete(outgoing);
  }

  get isReady(): boolean {
    return this.#replicas.some(({ state }) => state === "ready");
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Connects, unless that has been done. */
  open(): void {
    if (this.#opened || this.#closed) return;
    this.#opened = true;
    const { target } = this.#options;
    if (target.kind === "addresses") this.#use(target.addresses);
    else void this.#resolve(target);
  }

  /** Calls back at each change. Returns what ends the watching. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const replica of [...this.#replicas, ...this.#released]) replica.close();
    this.#changed();
  }

  #pick(): R | undefined {
    const count = this.#closed ? 0 : this.#replicas.length;
    for (let tries = 0; tries < count; tries++) {
      this.#next = (this.#next + 1) % count;
      const replica = this.#replicas[this.#next];
      if (replica?.hasRoom) return replica;
    }
    return undefined;
  }

  #wait(outgoing: Outgoing<R>): void {
    this.#waiting.add(outgoing);
    this.#grow();
  }

  /** Lets one replica make room for one call more, the next in turn that can. */
  #grow(): void {
    const count = this.#replicas.length;
    for (let tries = 1; tries <= count; tries++) {
      if (this.#replicas[(this.#next + tries) % count]?.grow?.()) return;
    }
  }

  #full(): ServiceError {
    const { peer, full } = this.#options;
    return full?.() ?? exhausted(`${waitingMax} calls of ${peer} wait already`);
  }

  /** Whether a connection may be there soon, or is there and full. */
  #mayWait(): boolean {
    if (this.#closed) return false;
    if (this.#replicas.length === 0) return this.#resolving && !this.#resolveError;
    return this.#replicas.some(({ state }) => state === "connecting" || state === "ready");
  }

  #unreachable(): ServiceError {
    const { peer } = this.#options;
    if (this.#closed) return unavailable(`the client of ${peer} is closed`);
    const failed = this.#replicas.find(({ lastError }) => lastError !== undefined);
    const why = failed?.lastError ?? this.#resolveError;
    return unavailable(`${peer} cannot be reached${why ? `: ${why.message}` : ""}`);
  }

  readonly #changed = (): void => {
    for (const outgoing of this.#waiting) {
      const replica = this.#pick();
      if (!replica && this.#mayWait()) break;
      this.#waiting.delete(outgoing);
      if (replica) outgoing.send(replica);
      else outgoing.fail(this.#unreachable());
    }
    if (this.#waiting.size > 0) this.#grow();
    const { target } = this.#options;
    if (target.kind === "name" && !this.#closed) this.#refresh(target);
    for (const watcher of this.#watchers) watcher();
  };

  /** A server that is gone may have moved: its name is asked again, but not all the time. */
  #refresh(target: Target & { kind: "name" }): void {
    const isWhole = this.#replicas.every(({ state }) => state === "ready");
    const isRecent = performance.now() - this.#resolvedAtMs < reconnectMaxMs;
    if (!isWhole && !isRecent && !this.#resolving) void this.#resolve(target);
  }

  async #resolve(target: Target & { kind: "name" }): Promise<void> {
    this.#resolving = true;
    try {
      const addresses = await resolve(target.name, target.port);
      this.#resolveError = undefined;
      if (!this.#closed) this.#use(addresses);
    } catch (error) {
      this.#resolveError = error instanceof Error ? error : new Error(String(error));
      const waitMs = this.#replicas.length === 0 ? reconnectMs * 5 : reconnectMaxMs;
      if (!this.#closed) this.#timer = setTimeout(() => void this.#resolve(target), waitMs);
    }
    this.#resolving = false;
    this.#resolvedAtMs = performance.now();
    this.#changed();
  }

  /** Keeps the connections to addresses that are still there, and lets go of the others. */
  #use(addresses: readonly Address[]): void {
    const known = new Map(this.#replicas.map((replica) => [keyOf(replica.address), replica]));
    this.#replicas = addresses.map((address) => {
      const replica = known.get(keyOf(address)) ?? this.#options.connect(address, this.#changed);
      known.delete(keyOf(address));
      return replica;
    });
    for (const replica of known.values()) this.#release(replica);
  }

  #release(replica: R): void {
    this.#released.add(replica);
    replica.release(() => this.#released.delete(replica));
  }
}

function keyOf({ host, port }: Address): string {
  return `${host} ${port}`;
}
