import type { Enum, Idl, Struct, Type } from "./idl.ts";

/** What the names in a `.thrift` file stand for. */
export class Names {
  readonly #enums: ReadonlyMap<string, Enum>;
  readonly #structs: ReadonlyMap<string, Struct>;

  /** Throws when two definitions share a name. */
  constructor({ enums, structs, services }: Idl) {
    const taken = new Set<string>();
    for (const { name, line } of [...enums, ...structs, ...services]) {
      if (taken.has(name)) throw new Error(`line ${line}: ${name} is defined twice`);
      taken.add(name);
    }
    this.#enums = new Map(enums.map((it) => [it.name, it]));
    this.#structs = new Map(structs.map((it) => [it.name, it]));
  }

  /** The struct that a type names, if it names one. Throws for a name that nothing has. */
  structOf(type: Type): Struct | undefined {
    if (type.kind !== "named" || this.#enums.has(type.name)) return undefined;
    const struct = this.#structs.get(type.name);
    // A struct that held itself would be as deep as a stranger likes.
    if (!struct || struct.lastLine >= type.line) {
      throw new Error(`line ${type.line}: nothing before is called ${type.name}`);
    }
    return struct;
  }

  enumOf(type: Type): Enum | undefined {
    return type.kind === "named" ? this.#enums.get(type.name) : undefined;
  }
}

/** `user_mentions_id` is `userMentionsId`, `StorePost` is `storePost`. */
export function camelCase(name: string): string {
  const [first = "", ...others] = name.split("_");
  const capitals = others.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return first.charAt(0).toLowerCase() + first.slice(1) + capitals.join("");
}
