import { compactCopy } from "@faultline/rpc/compact-copy";
import { freeze } from "@faultline/rpc/freeze";
import { Recent } from "@faultline/rpc/recent";

interface Known<Value> {
  readonly bytes: Buffer;
  readonly value: Value;
}

/** What is remembered at most. */
interface Limits {
  readonly entriesMax: number;
  /** Larger entries are decoded each time. */
  readonly entryBytesMax: number;
}

/**
 * Decodes entries of a cache, but not those again whose bytes are what they were the last time: a cache is asked for
 * the same few things over and over. Values are shared, and frozen for that.
 */
export function decodedOnce<Value>(
  decode: (bytes: Buffer, id: string) => Value | undefined,
  { entriesMax, entryBytesMax }: Limits = { entriesMax: 1_000, entryBytesMax: 65_536 },
): (bytes: Buffer, id: string) => Value | undefined {
  const known = new Recent<string, Known<Value>>(entriesMax);
  return (bytes, id) => {
    const last = known.get(id);
    if (last?.bytes.equals(bytes)) return last.value;
    const value = decode(bytes, id);
    if (value === undefined || bytes.length > entryBytesMax) return value;
    // A copy: the bytes are a view of all that has been received with them.
    known.set(id, { bytes: compactCopy(bytes), value: freeze(value) });
    return value;
  };
}
