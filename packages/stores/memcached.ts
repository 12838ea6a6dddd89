import type { CallScope } from "@faultline/rpc/call";

/**
 * What a service sees of memcached. A cache is optional: reads and writes throw a `ServiceError` (`unavailable`,
 * `deadlineExceeded`, `canceled`, `resourceExhausted`) that the caller may survive. Values are bytes; keys that
 * memcached cannot take (empty, over 250 bytes, spaces, control characters) are `invalidArgument`.
 */
export interface Cache {
  /**
   * Asks for many keys in one pipelined exchange per server; absent keys are absent from the answer. The values
   * are views of what was received: decode them soon, or copy them.
   */
  getMany(keys: readonly string[], scope: CallScope): Promise<Map<string, Buffer>>;
  get(key: string, scope: CallScope): Promise<Buffer | undefined>;
  /** `ttlS` in seconds, rounded up; without it the value stays until evicted. */
  set(
    key: string,
    value: string | Uint8Array,
    scope: CallScope,
    options?: { ttlS?: number },
  ): Promise<void>;
  /** Stores only if the key is absent; answers whether it did. */
  add(
    key: string,
    value: string | Uint8Array,
    scope: CallScope,
    options?: { ttlS?: number },
  ): Promise<boolean>;
  delete(key: string, scope: CallScope): Promise<void>;
  close(): Promise<void>;
}

/** Whether memcached accepts the key: 1 to 250 bytes, none of them a space or a control character. */
export function isLegalKey(key: string): boolean {
  if (key.length === 0 || Buffer.byteLength(key) > 250) return false;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f) return false;
  }
  return true;
}
