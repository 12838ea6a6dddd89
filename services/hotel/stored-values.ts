// Documents and cached values may have been written by an original, an older version or a person. They are
// read leniently, as the originals read them: what has the wrong type counts as absent.

/** The text, or an empty one. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The number, or 0. */
export function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return 0;
}

/** The fields of an object, whatever their case; an empty record for anything else. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/**
 * The fields of a cached JSON object, their names beginning in lower case: one original writes `HotelId`,
 * the other `hotelId`.
 */
export function cachedFieldsOf(value: unknown): Record<string, unknown> {
  const entries = Object.entries(fieldsOf(value));
  return Object.fromEntries(
    entries.map(([name, field]) => [name.charAt(0).toLowerCase() + name.slice(1), field]),
  );
}
