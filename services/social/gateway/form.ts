import { isUtf8 } from "node:buffer";
import { badRequest } from "../refusal.ts";

/** Parameters beyond these are not looked at, as the original does. */
const pairsMax = 100;

/** What a form or a query says. Absent and empty are the same. */
export interface Form {
  /** The value of a name, or undefined without one. Throws a `Refusal` where there are several, or no UTF-8. */
  get(name: string): string | undefined;
}

/**
 * Reads `name=value&…` in the original's way, whatever the Content-Type says it is: `+` is a space, `%XX` a byte, any
 * other `%` itself, a name without `=` has no value. `text` is the bytes, one character each.
 */
export function parseForm(text: string): Form {
  const values = new Map<string, string>();
  const repeated = new Set<string>();
  for (const pair of text.split("&", pairsMax)) {
    const equals = pair.indexOf("=");
    if (equals < 0) continue;
    const name = decodeBytes(pair.slice(0, equals));
    if (values.has(name)) repeated.add(name);
    else values.set(name, pair.slice(equals + 1));
  }
  return {
    get(name) {
      if (repeated.has(name)) throw badRequest(`${name} is there more than once`);
      const value = values.get(name);
      return value ? decodeText(name, value) || undefined : undefined;
    },
  };
}

function decodeText(name: string, value: string): string {
  const bytes = decodeBytes(value);
  if (!beyondAscii.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, "latin1");
  if (!isUtf8(buffer)) throw badRequest(`${name} is not UTF-8`);
  return buffer.toString("utf8");
}

const beyondAscii = /[\x80-\xff]/;

/** Bytes, one character each, as they were before they were encoded. */
function decodeBytes(text: string): string {
  const spaced = text.replaceAll("+", " ");
  if (!spaced.includes("%")) return spaced;
  return spaced.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
