const escapes: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** What an answer of JSON says that it is. */
export const jsonType = "application/json; charset=utf-8";

/** JSON on one line, safe to paste into a page. */
export function jsonText(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  return json.replaceAll(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? character);
}
