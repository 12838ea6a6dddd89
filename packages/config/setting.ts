/** The environment as it is read: names to text. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One setting: the variable that holds it, what it is for, and how its text becomes a value. */
export interface Setting<T> {
  readonly variable: string;
  /** For people: what it decides, and the unit. */
  readonly says: string;
  /** A value that works, for messages and documents. */
  readonly example: string;
  readonly fallback: T;
  /** Throws a sentence about the text if it cannot be understood. */
  parse(text: string): T;
}

/** A value of the environment could not be understood. The message names it and gives an example. */
export class SettingError extends Error {
  override readonly name = "SettingError";

  constructor(setting: Setting<unknown>, reason: string) {
    super(`${setting.variable} ${reason}; for example ${setting.variable}=${setting.example}`);
  }
}

type Details<T> = Omit<Setting<T>, "variable" | "parse">;

/** Any text. */
export function text<T extends string | undefined>(
  variable: string,
  details: Details<T>,
): Setting<T | string> {
  return { variable, ...details, parse: (value) => value };
}

/** A whole number from `min` to `max`. */
export function integer<F extends number | undefined>(
  variable: string,
  details: Details<F> & { readonly min: number; readonly max: number },
): Setting<number | F> {
  const { min, max } = details;
  return {
    variable,
    ...details,
    parse(value) {
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      if (number >= min && number <= max) return number;
      throw new Error(`must be a whole number from ${min} to ${max}, not "${value}"`);
    },
  };
}

/** A number from `min` to `max`; what lies above becomes `max`. */
export function ratio(
  variable: string,
  details: Details<number | undefined>,
): Setting<number | undefined> {
  return {
    variable,
    ...details,
    parse(value) {
      const number = value.trim() === "" ? Number.NaN : Number(value);
      if (number >= 0) return Math.min(number, 1);
      throw new Error(`must be a number from 0 to 1, not "${value}"`);
    },
  };
}

/** One of a closed list of words. */
export function oneOf<const W extends string, F extends W | undefined>(
  variable: string,
  words: readonly W[],
  details: Details<F>,
): Setting<W | F> {
  return {
    variable,
    ...details,
    parse(value) {
      const word = words.find((candidate) => candidate === value);
      if (word !== undefined) return word;
      throw new Error(`must be one of ${words.join(", ")}, not "${value}"`);
    },
  };
}

/** A URL of one of the given protocols. Its text may hold a password, so no message repeats it. */
export function url<F extends string | undefined>(
  variable: string,
  protocols: readonly string[],
  details: Details<F>,
): Setting<string | F> {
  return {
    variable,
    ...details,
    parse(value) {
      if (protocols.some((protocol) => value.startsWith(`${protocol}://`))) return value;
      throw new Error(
        `must be a URL that starts with ${protocols.map((p) => `${p}://`).join(" or ")}`,
      );
    },
  };
}

/** A comma-separated list of `host:port`. */
export function addresses(
  variable: string,
  details: Details<readonly string[]>,
): Setting<readonly string[]> {
  return {
    variable,
    ...details,
    parse(value) {
      const list = value.split(",").map((address) => address.trim());
      for (const address of list) {
        if (!/^[^\s:,]+:\d{1,5}$|^\[[0-9a-f:.]+\]:\d{1,5}$/i.test(address)) {
          throw new Error(`must be host:port, or several with commas between, not "${value}"`);
        }
      }
      return list;
    },
  };
}

type Values<S> = { readonly [Key in keyof S]: S[Key] extends Setting<infer T> ? T : never };

/** Reads every setting of a schema, checks it, and freezes the result. Throws a `SettingError`. */
export function read<S extends Record<string, Setting<unknown>>>(
  schema: S,
  environment: Environment,
): Values<S> {
  const entries = Object.entries(schema).map(([key, setting]) => [
    key,
    readOne(setting, environment),
  ]);
  return Object.freeze(Object.fromEntries(entries)) as Values<S>;
}

function readOne<T>(setting: Setting<T>, environment: Environment): T {
  const given = environment[setting.variable];
  if (given === undefined || given === "") return setting.fallback;
  try {
    return setting.parse(given);
  } catch (cause) {
    throw new SettingError(setting, cause instanceof Error ? cause.message : String(cause));
  }
}
