import { crc32 } from "node:zlib";
import type { CallScope } from "@faultline/rpc/call";
import { invalidArgument } from "@faultline/rpc/errors";
import { type Cache, isLegalKey } from "./memcached.ts";
import { MemcachedConnection } from "./memcached-connection.ts";
import { encodeDelete, encodeGet, encodeStore } from "./memcached-protocol.ts";
import type { Observation } from "./observation.ts";
import { observeCache } from "./observed-cache.ts";

export interface MemcachedSettings extends Observation {
  /** `host:port` each. Keys are spread over them by CRC-32 in this order; a name twice counts double. */
  readonly addresses: readonly string[];
  /** How long a server may take to answer, or to be connected to. */
  readonly timeoutMs?: number;
  /** Exchanges per server that may wait for their answers; more are `resourceExhausted`. */
  readonly exchangesMax?: number;
  /** How long a server that failed is left alone; calls fail at once meanwhile. */
  readonly retryAfterMs?: number;
}

/** As many keys or bytes as one call may ask or store. */
const keysMax = 65_536;
const valueBytesMax = 16 * 1_024 * 1_024;

/**
 * A memcached, or several that share the keys. Nothing is opened before the first use; a server that went away
 * is found again by itself. Throws if an address is malformed. Close it with `close()`.
 */
export function connectMemcached(settings: MemcachedSettings): Cache {
  const { peer, timeoutMs = 2_000, exchangesMax = 1_024, retryAfterMs = 250 } = settings;
  const addresses = settings.addresses.map(parseAddress);
  const connections = addresses.map(
    (address) =>
      new MemcachedConnection({ ...address, peer, timeoutMs, exchangesMax, retryAfterMs }),
  );
  return observeCache(createCache(connections), settings, addresses[0]);
}

function createCache(connections: readonly MemcachedConnection[]): Cache {
  const of = (key: string) => connectionOf(connections, key);
  const store = async (
    verb: "set" | "add",
    key: string,
    value: string | Uint8Array,
    scope: CallScope,
    ttlS = 0,
  ) => {
    assertLegal(key);
    if (Buffer.byteLength(value) > valueBytesMax) throw invalidArgument("the value is too large");
    const request = encodeStore(verb, key, value, ttlS);
    const { line } = await of(key).exchange(request, 1, scope);
    return line === "STORED";
  };

  return {
    getMany: (keys, scope) => getMany(connections, keys, scope),
    async get(key, scope) {
      const values = await getMany(connections, [key], scope);
      return values.get(key);
    },
    async set(key, value, scope, options) {
      await store("set", key, value, scope, options?.ttlS);
    },
    add: (key, value, scope, options) => store("add", key, value, scope, options?.ttlS),
    async delete(key, scope) {
      assertLegal(key);
      await of(key).exchange(encodeDelete(key), 1, scope);
    },
    async close() {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}

async function getMany(
  connections: readonly MemcachedConnection[],
  keys: readonly string[],
  scope: CallScope,
): Promise<Map<string, Buffer>> {
  if (keys.length > keysMax) throw invalidArgument(`at most ${keysMax} keys are asked at once`);
  for (const key of keys) assertLegal(key);
  const [only] = connections;
  if (keys.length === 0) return new Map();
  if (connections.length === 1 && only) return getFrom(only, keys, scope);
  const shares = Map.groupBy(keys, (key) => connectionOf(connections, key));
  const asked = [...shares].map(([connection, share]) => getFrom(connection, share, scope));
  return merge(await Promise.allSettled(asked));
}

/** Of several servers, one that fails costs its own keys only. Throws if all have failed. */
function merge(replies: PromiseSettledResult<Map<string, Buffer>>[]): Map<string, Buffer> {
  const answered = replies.filter((reply) => reply.status === "fulfilled");
  const [failed] = replies.filter((reply) => reply.status === "rejected");
  if (answered.length === 0 && failed) throw failed.reason;
  return new Map(answered.flatMap((reply) => [...reply.value]));
}

async function getFrom(
  connection: MemcachedConnection,
  keys: readonly string[],
  scope: CallScope,
): Promise<Map<string, Buffer>> {
  const { request, lines } = encodeGet(keys);
  const { values } = await connection.exchange(request, lines, scope);
  return values;
}

/** The original's client chooses so too: a shared memcached is read rightly by both. */
function connectionOf(
  connections: readonly MemcachedConnection[],
  key: string,
): MemcachedConnection {
  const index = connections.length === 1 ? 0 : crc32(key) % connections.length;
  const connection = connections[index];
  if (!connection) throw new Error("a memcached client needs an address");
  return connection;
}

function assertLegal(key: string): void {
  if (!isLegalKey(key)) throw invalidArgument("memcached does not take such a key");
}

/** `name:port`, `10.0.0.1`, `[::1]:11211`. */
const addressPattern = /^(?:\[(?<bracketed>[^\]]+)\]|(?<name>[^:[\]\s]+))(?::(?<port>\d{1,5}))?$/;

function parseAddress(address: string): { host: string; port: number } {
  const { bracketed, name, port = "11211" } = addressPattern.exec(address.trim())?.groups ?? {};
  const host = bracketed ?? name;
  if (!host || Number(port) > 65_535 || Number(port) < 1)
    throw new Error(`the memcached address "${address}" is malformed; expected host:port`);
  return { host, port: Number(port) };
}
