/** Freezes a value and all that it holds, so that it can be shared; bytes cannot be frozen, and stay as they are. */
export function freeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
