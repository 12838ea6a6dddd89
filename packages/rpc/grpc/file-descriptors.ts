import { BinaryReader } from "@bufbuild/protobuf/wire";

/** One `.proto` file of a compiled contract: its descriptor as it stands in the set, and what it declares. */
export interface FileDescriptor {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** Full names of messages, enums, services and methods. */
  readonly symbols: readonly string[];
  readonly bytes: Uint8Array;
}

const lengthDelimited = 2;

/** Takes a serialized `FileDescriptorSet` apart, as far as reflection needs it. */
export function filesIn(set: Uint8Array): FileDescriptor[] {
  return fieldsOf(set, [1]).map(({ bytes }) => fileOf(bytes));
}

// Field numbers of `descriptor.proto`.
const file = { name: 1, package: 2, dependency: 3, message: 4, enum: 5, service: 6 } as const;
const message = { name: 1, nested: 3, enum: 4 } as const;
const service = { name: 1, method: 2 } as const;

function fileOf(bytes: Uint8Array): FileDescriptor {
  const scope = textOf(bytes, file.package);
  const under = (number: number, symbols: (bytes: Uint8Array, scope: string) => string[]) =>
    fieldsOf(bytes, [number]).flatMap((field) => symbols(field.bytes, scope));
  return {
    name: textOf(bytes, file.name),
    dependencies: fieldsOf(bytes, [file.dependency]).map((field) => decoded(field.bytes)),
    symbols: [
      ...under(file.message, messageSymbols),
      ...under(file.enum, ownSymbol),
      ...under(file.service, serviceSymbols),
    ],
    bytes,
  };
}

function messageSymbols(bytes: Uint8Array, scope: string): string[] {
  const own = joined(scope, textOf(bytes, message.name));
  const inside = fieldsOf(bytes, [message.nested, message.enum]).flatMap((field) =>
    field.number === message.nested
      ? messageSymbols(field.bytes, own)
      : ownSymbol(field.bytes, own),
  );
  return [own, ...inside];
}

function serviceSymbols(bytes: Uint8Array, scope: string): string[] {
  const own = joined(scope, textOf(bytes, service.name));
  const methods = fieldsOf(bytes, [service.method]);
  return [own, ...methods.flatMap((method) => ownSymbol(method.bytes, own))];
}

/** Enums and methods have their name in field 1, as everything that is declared. */
function ownSymbol(bytes: Uint8Array, scope: string): string[] {
  return [joined(scope, textOf(bytes, 1))];
}

function joined(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}

function textOf(bytes: Uint8Array, number: number): string {
  const [field] = fieldsOf(bytes, [number]);
  return field ? decoded(field.bytes) : "";
}

function decoded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

/** The length-delimited fields with these numbers, in the order in which they stand. */
export function fieldsOf(
  bytes: Uint8Array,
  numbers: readonly number[],
): { readonly number: number; readonly bytes: Uint8Array }[] {
  const reader = new BinaryReader(bytes);
  const fields: { number: number; bytes: Uint8Array }[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === lengthDelimited && numbers.includes(number))
      fields.push({ number, bytes: reader.bytes() });
    else reader.skip(wireType, number);
  }
  return fields;
}
