import type { CallScope } from "@faultline/rpc/call";
import { Cancellation } from "@faultline/rpc/cancellation";
import { ServiceError } from "@faultline/rpc/errors";
import { type Cache, isLegalKey } from "./memcached.ts";
import { isOver } from "./within-scope.ts";

export interface CachedSettings<Value> {
  readonly cache: Cache;
  /** The cache's key for an id. */
  readonly keyOf: (id: string) => string;
  /** Reads an entry. Throwing, or undefined, makes it a miss that is loaded and written anew. */
  readonly decode: (bytes: Buffer, id: string) => Value | undefined;
  readonly encode: (value: Value) => string | Uint8Array;
  /** Asks the store for all of these ids at once. What it leaves out is absent, and is not cached. */
  readonly load: (ids: readonly string[], scope: CallScope) => Promise<ReadonlyMap<string, Value>>;
  /** How long an entry stays, in seconds; without it until it is evicted. */
  readonly ttlS?: number;
  /** `add` where another may have written a newer value since we read ours. */
  readonly fillWith?: "set" | "add";
  /** Ids whose keys memcached cannot take: look them up in the store, or answer that they do not exist. */
  readonly illegalKeys?: "load" | "omit";
}

/** Answers the values of the ids, in their order, each id once; ids that do not exist are absent. */
export type CachedMany<Value> = (
  ids: readonly string[],
  scope: CallScope,
) => Promise<Map<string, Value>>;

const fillsMax = 256;
const fillTimeoutMs = 2_000;
const skipLogEveryMs = 1_000;

/**
 * Reads through a cache: one exchange with the cache for all ids, one query for all that it does not have. The
 * cache is optional: when it fails, everything is a miss. It is filled after the answer, never with a failure.
 * Throws only what `load` throws, and when the scope has ended.
 */
export function cachedMany<Value>(settings: CachedSettings<Value>): CachedMany<Value> {
  const { illegalKeys = "load", keyOf, load } = settings;
  const skips = createSkipLog();
  const fill = createFill(settings, skips);

  return async (ids, scope) => {
    const distinct = [...new Set(ids)];
    const legal = distinct.filter((id) => isLegalKey(keyOf(id)));
    const found = await lookUp(settings, legal, scope, skips);
    // Mostly the cache has everything, and its values are in the order of the ids.
    if (found.values.size === distinct.length) return found.values;
    const asked = illegalKeys === "load" ? distinct : legal;
    const missing = asked.filter((id) => !found.values.has(id));
    if (missing.length === 0) return found.values;

    const loaded = await load(missing, scope);
    if (found.answered) fill(loaded, scope);
    return inOrder(distinct, found.values, loaded);
  };
}

/** What the cache has; nothing if it cannot be asked. */
async function lookUp<Value>(
  { cache, keyOf, decode }: CachedSettings<Value>,
  ids: readonly string[],
  scope: CallScope,
  skips: SkipLog,
): Promise<{ answered: boolean; values: Map<string, Value> }> {
  const values = new Map<string, Value>();
  if (ids.length === 0) return { answered: true, values };
  try {
    const keys = ids.map(keyOf);
    const entries = await cache.getMany(keys, scope);
    for (const [index, id] of ids.entries()) {
      const entry = entries.get(keys[index] ?? "");
      const value = entry && tryDecode(decode, entry, id, scope, skips);
      if (value !== undefined) values.set(id, value);
    }
    return { answered: true, values };
  } catch (error) {
    if (isOver(scope)) throw error;
    skips.note(scope, codeOf(error));
    return { answered: false, values };
  }
}

function tryDecode<Value>(
  decode: CachedSettings<Value>["decode"],
  entry: Buffer,
  id: string,
  scope: CallScope,
  skips: SkipLog,
): Value | undefined {
  try {
    return decode(entry, id);
  } catch {
    // Nothing is lost: the entry is loaded again and overwritten.
    skips.note(scope, "undecodable");
    return undefined;
  }
}

/** Writes what was loaded, without anybody waiting: in a scope of its own, bounded, with failures logged. */
function createFill<Value>(settings: CachedSettings<Value>, skips: SkipLog) {
  const { cache, keyOf, encode, ttlS, fillWith = "set" } = settings;
  const options = ttlS === undefined ? {} : { ttlS };
  let underWay = 0;

  const fillOne = async (id: string, value: Value, scope: CallScope) => {
    underWay++;
    try {
      await cache[fillWith](keyOf(id), encode(value), scope, options);
    } catch (error) {
      skips.note(scope, codeOf(error));
    } finally {
      underWay--;
    }
  };

  return (loaded: ReadonlyMap<string, Value>, caller: CallScope): void => {
    const scope = scopeOfFill(caller);
    for (const [id, value] of loaded) {
      if (underWay >= fillsMax) return;
      if (isLegalKey(keyOf(id))) void fillOne(id, value, scope);
    }
  };
}

/** In the caller's trace, but not bound by the caller's end. */
function scopeOfFill({ context, log }: CallScope): CallScope {
  const cancellation = new Cancellation(Date.now() + fillTimeoutMs);
  return {
    context,
    log,
    cancellation,
    deadlineMs: cancellation.deadlineMs,
    get signal() {
      return cancellation.signal;
    },
  };
}

/** Says that the cache was passed over: once at first, then once in a while with how often. */
interface SkipLog {
  note(scope: CallScope, reason: string): void;
}

function createSkipLog(): SkipLog {
  let skipped = 0;
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  return {
    note({ log }, reason) {
      skipped++;
      const nowMs = performance.now();
      if (nowMs - loggedAtMs < skipLogEveryMs) return;
      log.warn("cache skipped", { store: "memcached", reason, skipped });
      loggedAtMs = nowMs;
      skipped = 0;
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof ServiceError ? error.code : "unknown";
}

function inOrder<Value>(
  ids: readonly string[],
  ...sources: readonly ReadonlyMap<string, Value>[]
): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const id of ids) {
    const source = sources.find((candidate) => candidate.has(id));
    const value = source?.get(id);
    if (value !== undefined) values.set(id, value);
  }
  return values;
}
