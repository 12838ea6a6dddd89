/** An argument cannot be understood. The message is a sentence for the operator. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `90s`, `5m`, `1500ms`, `2h` in milliseconds. */
export function durationMs(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = units[unit];
  if (factor !== undefined) return Number(number) * factor;
  throw new ArgumentError(`"${text}" is no time; expected something like 90s or 5m`);
}

/** `["share=0.3"]` as names and texts. */
export function keyValues(pairs: readonly string[]): Readonly<Record<string, string>> {
  const entries = pairs.map((pair) => {
    const equals = pair.indexOf("=");
    if (equals < 1) throw new ArgumentError(`"${pair}" is no parameter; expected name=value`);
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  return Object.fromEntries(entries);
}

/** Reads JSON logic from the command line. */
export function jsonLogic(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below, with an example.
  }
  throw new ArgumentError(
    `"${text}" is no targeting; expected JSON like {"==":[{"var":"user"},"Cornell_1"]}`,
  );
}
