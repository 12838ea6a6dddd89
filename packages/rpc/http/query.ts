import type { Query } from "./route.ts";

/**
 * Reads a query string as the original does: the first value of a name wins, `+` is a space, pairs that do not
 * decode or contain `;` are dropped, and bytes that are not UTF-8 become U+FFFD. It never throws.
 */
export function parseQuery(text: string): Query {
  const values = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "" || pair.includes(";")) continue;
    const equals = pair.indexOf("=");
    const name = decodeText(equals < 0 ? pair : pair.slice(0, equals), true);
    const value = decodeText(equals < 0 ? "" : pair.slice(equals + 1), true);
    if (name === undefined || value === undefined || values.has(name)) continue;
    values.set(name, value);
  }
  return values;
}

const plain = /^[\x21-\x24\x26-\x2a\x2c-\x7e]*$/;

/** Percent-decodes to bytes and those to text; undefined where a `%` is not followed by two hex digits. */
export function decodeText(text: string, plusIsSpace: boolean): string | undefined {
  if (plain.test(text)) return text;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const spaced = plusIsSpace ? text.replaceAll("+", " ") : text;
  // Node hands over the raw bytes of a request line one character each.
  const bytes = spaced.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
