import { randomBytes } from "node:crypto";
import type { CallScope } from "@faultline/rpc/call";
import type { Observation } from "./observation.ts";
import { observeRedis } from "./observed-redis.ts";
import type { KeySpace, Redis, ScoredMember } from "./redis.ts";
import { RedisServerError, refusedBy } from "./redis-errors.ts";
import { throwIfOver } from "./within-scope.ts";

export interface MemoryRedisSettings extends Partial<Observation> {
  /** Over so many keys, what would add one is refused, as by a server without memory to spare. */
  readonly keysMax?: number;
}

/** A Redis in this process, which can be restarted by a test. */
export interface MemoryRedis extends Redis {
  /** Begins another life, with nothing of what it had unless `keep` says so. */
  restart(options?: { readonly keep?: boolean }): void;
}

/** Keeps the promises of a Redis server within this process, and what is stored there. */
export function createMemoryRedis(settings: MemoryRedisSettings = {}): MemoryRedis {
  const { keysMax = 1_000_000, ...observed } = settings;
  const observation = { service: "memory", peer: "redis-memory", ...observed };
  const server = { keys: new Keys(keysMax), runId: newRunId() };
  return {
    ...observeRedis(createRedis(server, observation.peer), observation),
    restart({ keep = false } = {}) {
      server.runId = newRunId();
      if (!keep) server.keys = new Keys(keysMax);
    },
  };
}

function newRunId(): string {
  return randomBytes(20).toString("hex");
}

function createRedis(server: { keys: Keys; runId: string }, peer: string): Redis {
  const at = async <Result>(scope: CallScope, work: (keys: Keys) => Result): Promise<Result> => {
    throwIfOver(scope);
    try {
      return work(server.keys);
    } catch (error) {
      throw error instanceof RedisServerError ? refusedBy(peer, error) : error;
    }
  };
  return {
    addNew: (key, members, scope) => at(scope, (keys) => keys.addNew(key, members)),
    addNewToMany: (wanted, member, scope) =>
      at(scope, (keys) => wanted.reduce((sum, key) => sum + keys.addNew(key, [member]), 0)),
    put: (key, members, scope) => at(scope, (keys) => keys.put(key, members)),
    newest: (key, start, stop, scope) => at(scope, (keys) => keys.newest(key, start, stop)),
    oldest: (key, scope) => at(scope, (keys) => keys.oldest(key)),
    remove: (key, members, scope) => at(scope, (keys) => keys.remove(key, members)),
    count: (key, scope) => at(scope, (keys) => keys.count(key)),
    keepNewest: (key, size, scope) => at(scope, (keys) => keys.keepNewest(key, size)),
    get: (key, scope) => at(scope, (keys) => keys.get(key)),
    set: (key, value, scope) => at(scope, (keys) => keys.set(key, value)),
    exists: (key, scope) => at(scope, (keys) => keys.exists(key)),
    delete: (wanted, scope) => at(scope, (keys) => keys.delete(wanted)),
    runId: (scope) => at(scope, () => server.runId),
    evaluate: (script, wanted, args, scope) =>
      at(scope, (keys) => script.inMemory(keys, wanted, args)),
    close: async () => {},
  };
}

type Scores = Map<string, number>;

class Keys implements KeySpace {
  readonly #values = new Map<string, string | Scores>();
  readonly #keysMax: number;

  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  addNew(key: string, members: readonly ScoredMember[]): number {
    const scores = this.#scoresToWrite(key);
    const before = scores.size;
    for (const { member, score } of members) {
      if (!scores.has(member)) scores.set(member, score);
    }
    this.#dropIfEmpty(key, scores);
    return scores.size - before;
  }

  put(key: string, members: readonly ScoredMember[]): void {
    const scores = this.#scoresToWrite(key);
    for (const { member, score } of members) scores.set(member, score);
    this.#dropIfEmpty(key, scores);
  }

  newest(key: string, start: number, stop: number): string[] {
    if (start < 0 || stop <= start) return [];
    return this.oldest(key).reverse().slice(start, stop);
  }

  oldest(key: string): string[] {
    return [...this.#scores(key)].sort(byScoreThenMember).map(([member]) => member);
  }

  score(key: string, member: string): number | undefined {
    return this.#scores(key).get(member);
  }

  remove(key: string, members: readonly string[]): number {
    const scores = this.#scores(key);
    const removed = members.filter((member) => scores.delete(member)).length;
    this.#dropIfEmpty(key, scores);
    return removed;
  }

  count(key: string): number {
    return this.#scores(key).size;
  }

  keepNewest(key: string, size: number): void {
    const oldest = this.oldest(key);
    this.remove(key, oldest.slice(0, Math.max(0, oldest.length - size)));
  }

  get(key: string): string | undefined {
    const value = this.#values.get(key);
    if (value instanceof Map) throw wrongType();
    return value;
  }

  set(key: string, value: string): void {
    this.#assertRoomFor(key);
    this.#values.set(key, value);
  }

  exists(key: string): boolean {
    return this.#values.has(key);
  }

  delete(keys: readonly string[]): void {
    for (const key of keys) this.#values.delete(key);
  }

  #scores(key: string): Scores {
    const value = this.#values.get(key);
    if (typeof value === "string") throw wrongType();
    return value ?? new Map();
  }

  #scoresToWrite(key: string): Scores {
    this.#assertRoomFor(key);
    const scores = this.#scores(key);
    this.#values.set(key, scores);
    return scores;
  }

  #assertRoomFor(key: string): void {
    if (this.#values.has(key) || this.#values.size < this.#keysMax) return;
    throw new RedisServerError("OOM command not allowed when used memory > 'maxmemory'.");
  }

  /** Redis has no empty sorted sets. */
  #dropIfEmpty(key: string, scores: Scores): void {
    if (scores.size === 0) this.#values.delete(key);
  }
}

function byScoreThenMember(a: readonly [string, number], b: readonly [string, number]): number {
  return a[1] - b[1] || Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0]));
}

function wrongType(): RedisServerError {
  return new RedisServerError("WRONGTYPE Operation against a key holding the wrong kind of value");
}
