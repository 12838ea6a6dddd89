import { staticNumber } from "./header-table.ts";

/** One header to be sent. Make it with `stable` or `varying`. */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** Whether its value is another one each time: then the other side is not asked to remember it. */
  readonly varies: boolean;
  /** Its number among the headers that everybody knows; 0 for others. */
  readonly staticNumber: number;
}

/** A header that is sent again and again: after the first time it travels as one byte. Keep the object. */
export function stable(name: string, value: string): Field {
  return { name, value, varies: false, staticNumber: staticNumber(name, value) };
}

/** A header whose value differs from call to call. Names are lower case, values one byte a character. */
export function varying(name: string, value: string): Field {
  return { name, value, varies: true, staticNumber: 0 };
}

/** The headers of a request or an answer, as they came. */
export class HeaderList {
  readonly #fields: readonly string[];

  /** Names and values in turn. */
  constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  /** The value of a header; what came several times is one list. */
  get(name: string): string | undefined {
    const fields = this.#fields;
    let found: string | undefined;
    for (let at = 0; at < fields.length; at += 2) {
      if (fields[at] !== name) continue;
      const value = fields[at + 1] ?? "";
      found = found === undefined ? value : `${found}, ${value}`;
    }
    return found;
  }
}
