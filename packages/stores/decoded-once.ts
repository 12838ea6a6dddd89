interface Known<Value> {
  readonly bytes: Buffer;
  readonly value: Value;
}

/**
 * Decodes entries of a cache, but not those again whose bytes are what they were the last time: a cache is asked for
 * the same few things over and over. Values are shared, so nobody may change them.
 */
export function decodedOnce<Value>(
  decode: (bytes: Buffer, id: string) => Value | undefined,
  entriesMax = 1_000,
): (bytes: Buffer, id: string) => Value | undefined {
  const known = new Map<string, Known<Value>>();
  return (bytes, id) => {
    const last = known.get(id);
    if (last?.bytes.equals(bytes)) return last.value;
    const value = decode(bytes, id);
    if (value === undefined) return undefined;
    if (known.size >= entriesMax) known.clear();
    // A copy: the bytes are a view of all that has been received with them.
    known.set(id, { bytes: Buffer.from(bytes), value });
    return value;
  };
}
