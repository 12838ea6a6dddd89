import { types } from "@faultline/rpc/thrift/protocol";
import type { Type } from "./idl.ts";
import type { Names } from "./names.ts";

/** Writes the pieces of TypeScript that handle values of one type. */
export class Values {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  /** What the type is called in TypeScript. */
  typeName(type: Type): string {
    if (type.kind === "list") return `${this.typeName(type.element)}[]`;
    if (type.kind === "texts") return "Carrier";
    if (type.kind === "named") return this.#names.structOf(type)?.name ?? "number";
    return { bool: "boolean", i32: "number", i64: "bigint", string: "string" }[type.kind];
  }

  /** The type's number on the wire. */
  wireType(type: Type): number {
    if (type.kind === "texts") return types.map;
    if (type.kind === "named") return this.#names.structOf(type) ? types.struct : types.i32;
    return types[type.kind];
  }

  /** What an absent field reads as. */
  absent(type: Type): string {
    if (type.kind === "list") return "[]";
    if (type.kind === "texts") return "undefined";
    const struct = this.#names.structOf(type);
    if (struct) return `empty${struct.name}()`;
    if (type.kind === "named") return "0";
    return { bool: "false", i32: "0", i64: "0n", string: '""' }[type.kind];
  }

  /** Whether a value is an object rather than a number or a text. */
  isMade(type: Type): boolean {
    return this.#scalar(type) === undefined;
  }

  /** The statements that write a field. */
  writeField(id: number, type: Type, value: string): string[] {
    const scalar = this.#scalar(type);
    if (scalar) return [`writer.${scalar}Field(${id}, ${value});`];
    if (type.kind === "texts") return [`writer.textsField(${id}, ${value});`];
    if (type.kind === "list") {
      const { element } = type;
      return [
        `writer.listField(${id}, ${this.wireType(element)}, ${value}.length);`,
        `for (const item of ${value}) ${this.#write(element, "item")};`,
      ];
    }
    return [`writer.field(${types.struct}, ${id});`, `${this.#write(type, value)};`];
  }

  /** The expression that reads a value. */
  read(type: Type): string {
    if (type.kind === "texts") return "reader.texts()";
    if (type.kind === "list") return `read${listName(type.element)}(reader)`;
    const scalar = this.#scalar(type);
    return scalar ? `reader.${scalar}()` : `read${this.typeName(type)}(reader)`;
  }

  /** The function that reads lists of a type. */
  listReader(element: Type): string[] {
    const name = this.typeName(element);
    return [
      `function read${listName(element)}(reader: ThriftReader): ${name}[] {`,
      `  const size = reader.list(${this.wireType(element)});`,
      `  const items: ${name}[] = [];`,
      `  for (let index = 0; index < size; index++) items.push(${this.read(element)});`,
      "  return items;",
      "}",
    ];
  }

  #write(type: Type, value: string): string {
    const scalar = this.#scalar(type);
    return scalar ? `writer.${scalar}(${value})` : `write${this.typeName(type)}(writer, ${value})`;
  }

  /** The reader's and writer's word for the type, if they have one. */
  #scalar(type: Type): string | undefined {
    if (type.kind === "named") return this.#names.structOf(type) ? undefined : "i32";
    return type.kind === "list" || type.kind === "texts" ? undefined : type.kind;
  }
}

/** `list<i64>` is read by `readI64List`. */
export function listName(element: Type): string {
  const name = element.kind === "named" ? element.name : element.kind;
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}List`;
}
