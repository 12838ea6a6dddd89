import { fieldKey } from "@faultline/rpc/thrift/protocol";
import type { Enum, Field, Struct } from "./idl.ts";
import { camelCase } from "./names.ts";
import type { Values } from "./values.ts";

/** An object with the numbers of an enum. */
export function enumCode({ name, values, doc }: Enum): string[] {
  const members = values.flatMap((it) => [...docLines(it.doc, "  "), `  ${it.name}: ${it.value},`]);
  return [...docLines(doc), `export const ${name} = {`, ...members, "} as const;"];
}

/** The functions that write a struct and read it. */
export function structCode(struct: Struct, values: Values): string[] {
  if (!isKept(struct)) return codecCode(struct, "", values);
  const { name } = struct;
  return [
    `const kept${name}s = new KeptStructs<${name}>();`,
    "",
    `function write${name}(writer: ThriftWriter, value: ${name}): void {`,
    `  kept${name}s.write(writer, value, write${name}Anew);`,
    "}",
    "",
    `function read${name}(reader: ThriftReader): ${name} {`,
    `  return kept${name}s.read(reader, read${name}Anew);`,
    "}",
    "",
    ...codecCode(struct, "Anew", values),
  ];
}

/** Whether the struct says of itself that it passes through processes again and again. */
export function isKept({ annotations }: Struct): boolean {
  return annotations.get("kept") === "true";
}

function codecCode({ name, fields }: Struct, suffix: string, values: Values): string[] {
  return [
    `function write${name}${suffix}(writer: ThriftWriter, value: ${name}): void {`,
    ...fields.flatMap((field) => writeField(field, values)),
    "  writer.stop();",
    "}",
    "",
    `function read${name}${suffix}(reader: ThriftReader): ${name} {`,
    ...readFields(fields, values),
    `  return { ${fields.map((field) => presentField(field, values)).join(", ")} };`,
    "}",
  ];
}

/** The function that makes what an absent struct reads as. */
export function emptyStruct({ name, fields }: Struct, values: Values): string[] {
  const members = fields.map((field) => `${camelCase(field.name)}: ${values.absent(field.type)}`);
  return [`function empty${name}(): ${name} {`, `  return { ${members.join(", ")} };`, "}"];
}

/** What a struct, or a request, is in TypeScript. */
export function interfaceCode(
  name: string,
  fields: readonly Field[],
  values: Values,
  doc?: string,
): string[] {
  const members = fields.flatMap((field) => [
    ...docLines(field.doc, "  "),
    `  ${camelCase(field.name)}: ${values.typeName(field.type)};`,
  ]);
  return [...docLines(doc), `export interface ${name} {`, ...members, "}"];
}

/** The statements that write a member of `value`. */
export function writeField(field: Field, values: Values): string[] {
  const statements = values.writeField(field.id, field.type, `value.${camelCase(field.name)}`);
  return statements.map((statement) => `  ${statement}`);
}

/** Statements that read a struct into variables of its fields' names; fields of other ids or types are skipped. */
export function readFields(fields: readonly Field[], values: Values): string[] {
  refuseTakenNames(fields);
  return [
    ...fields.map((field) => declaration(field, values)),
    "  for (let key = reader.field(); key !== 0; key = reader.field()) {",
    "    switch (key) {",
    ...fields.flatMap(({ id, type, name }) => [
      `      case ${fieldKey(values.wireType(type), id)}:`,
      `        ${camelCase(name)} = ${values.read(type)};`,
      "        break;",
    ]),
    "      default:",
    "        reader.skip(key);",
    "    }",
    "  }",
  ];
}

function refuseTakenNames(fields: readonly Field[]): void {
  const taken = fields.find((field) => ["key", "reader"].includes(camelCase(field.name)));
  if (taken) throw new Error(`line ${taken.line}: ${taken.name} is a name that the code needs`);
}

/** A field as a member of an object, made from the variable of `readFields`. */
export function presentField({ name, type }: Field, values: Values): string {
  const variable = camelCase(name);
  if (!values.isMade(type)) return variable;
  return `${variable}: ${variable} ?? ${values.absent(type)}`;
}

// Lists and structs are made only when they are absent, so that none is made for nothing.
function declaration({ name, type }: Field, values: Values): string {
  if (values.isMade(type)) return `  let ${camelCase(name)}: ${values.typeName(type)} | undefined;`;
  return `  let ${camelCase(name)} = ${values.absent(type)};`;
}

/** The lines of a comment for readers, if there is one. */
export function docLines(doc: string | undefined, indent = ""): string[] {
  return doc === undefined ? [] : [`${indent}/** ${doc} */`];
}
