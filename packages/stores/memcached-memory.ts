import type { CallScope } from "@faultline/rpc/call";
import { invalidArgument } from "@faultline/rpc/errors";
import { type Cache, isLegalKey } from "./memcached.ts";
import type { Observation } from "./observation.ts";
import { observeCache } from "./observed-cache.ts";
import { throwIfOver } from "./within-scope.ts";

export interface MemoryCacheSettings extends Partial<Observation> {
  /** Over either limit, what was not used for longest is forgotten. */
  readonly entriesMax?: number;
  readonly bytesMax?: number;
  readonly now?: () => number;
}

/** A cache in this process that forgets like memcached: by time to live, and for want of room. */
export function createMemoryCache(settings: MemoryCacheSettings = {}): Cache {
  const { entriesMax = 100_000, bytesMax = 64 * 1_024 * 1_024, now = Date.now } = settings;
  const entries = new Entries(entriesMax, bytesMax, now);
  const observation = { service: "memory", peer: "memcached-memory", ...settings };
  return observeCache(createCache(entries), observation);
}

function createCache(entries: Entries): Cache {
  return {
    async getMany(keys, scope) {
      check(keys, scope);
      const found = new Map<string, Buffer>();
      for (const key of keys) {
        const value = entries.get(key);
        if (value) found.set(key, value);
      }
      return found;
    },
    async get(key, scope) {
      check([key], scope);
      return entries.get(key);
    },
    async set(key, value, scope, options) {
      check([key], scope);
      entries.set(key, Buffer.from(value), options?.ttlS);
    },
    async add(key, value, scope, options) {
      check([key], scope);
      if (entries.get(key)) return false;
      entries.set(key, Buffer.from(value), options?.ttlS);
      return true;
    },
    async delete(key, scope) {
      check([key], scope);
      entries.delete(key);
    },
    close: async () => {},
  };
}

function check(keys: readonly string[], scope: CallScope): void {
  if (!keys.every(isLegalKey)) throw invalidArgument("memcached does not take such a key");
  throwIfOver(scope);
}

/** Keys and values, the least recently used first, each until its time. */
class Entries {
  readonly #entries = new Map<string, { value: Buffer; untilMs: number }>();
  readonly #entriesMax: number;
  readonly #bytesMax: number;
  readonly #now: () => number;
  #bytes = 0;

  constructor(entriesMax: number, bytesMax: number, now: () => number) {
    this.#entriesMax = entriesMax;
    this.#bytesMax = bytesMax;
    this.#now = now;
  }

  get(key: string): Buffer | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.untilMs <= this.#now()) {
      this.#bytes -= entry.value.length;
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: Buffer, ttlS = 0): void {
    this.delete(key);
    const untilMs = ttlS === 0 ? Number.POSITIVE_INFINITY : this.#now() + ttlS * 1_000;
    this.#entries.set(key, { value, untilMs });
    this.#bytes += value.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#entriesMax && this.#bytes <= this.#bytesMax) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.value.length;
  }
}
