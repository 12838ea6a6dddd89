/** A copy for keeping: small buffers are else parts of larger pieces of memory, which each of them keeps whole. */
export function compactCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
  copy.set(bytes);
  return copy;
}
