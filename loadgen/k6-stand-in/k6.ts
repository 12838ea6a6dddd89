import { record, type Tags } from "./metrics.ts";

/** Counts which of the statements hold. */
export function check<Value>(
  value: Value,
  statements: Readonly<Record<string, (value: Value) => boolean>>,
  tags: Tags = {},
): boolean {
  const holds = Object.values(statements).map((statement) => statement(value));
  for (const each of holds) record("checks", "rate", each ? 1 : 0, tags);
  return holds.every(Boolean);
}
