import { fieldKey, types } from "@faultline/rpc/thrift/protocol";
import type { Field, Method, Service } from "./idl.ts";
import { camelCase } from "./names.ts";
import { docLines, interfaceCode, presentField, readFields, writeField } from "./structs.ts";
import type { Values } from "./values.ts";

/** A service's requests, its contract, and the types of what implements and what calls it. */
export function serviceCode(service: Service, namespace: string, values: Values): string[] {
  const { name, methods, doc } = service;
  return [
    ...methods.flatMap((method) => ["", ...requestCode(method, values)]),
    "",
    ...docLines(doc),
    `export const ${name} = {`,
    '  protocol: "thrift",',
    `  name: "${name}",`,
    `  fullName: "${namespace}.${name}",`,
    "  methods: {",
    ...methods.flatMap((method) => indented(methodCode(method, values), "    ")),
    "  },",
    "} as const satisfies ThriftContract;",
    `export type ${name}Client = Client<typeof ${name}>;`,
    `export type ${name}Handlers = Handlers<typeof ${name}>;`,
  ];
}

function requestCode(method: Method, values: Values): string[] {
  const { name, exceptions, line } = method;
  const declared = exceptions[0];
  if (!declared || exceptions.length > 1)
    throw new Error(`line ${line}: ${name} must throw one exception`);
  const args = visible(method);
  const request = `${name}Request`;
  return [
    ...interfaceCode(request, args, values),
    "",
    `function write${request}(writer: ThriftWriter, value: ${request}, carrier?: Carrier): void {`,
    ...args.flatMap((field) => writeField(field, values)),
    `  writer.textsField(${carrierOf(method).id}, carrier);`,
    "  writer.stop();",
    "}",
    "",
    `function read${request}(reader: ThriftReader): Arguments<${request}> {`,
    ...readFields(method.fields, values),
    `  return { request: { ${args.map((it) => presentField(it, values)).join(", ")} }, carrier };`,
    "}",
    "",
    ...resultCode(method, declared, values),
  ];
}

function resultCode(method: Method, declared: Field, values: Values): string[] {
  const { name, result } = method;
  const exception = values.typeName(declared.type);
  const typeName = result ? values.typeName(result) : "void";
  const key = fieldKey(types.struct, declared.id);
  return [
    ...(result ? writeResult(name, typeName, values.writeField(0, result, "value")) : []),
    `function read${name}Result(reader: ThriftReader): ${typeName} {`,
    ...(result ? [`  let success: ${typeName} | undefined;`] : []),
    "  for (let key = reader.field(); key !== 0; key = reader.field()) {",
    ...(result
      ? [
          `    if (key === ${fieldKey(values.wireType(result), 0)}) success = ${values.read(result)};`,
          `    else if (key === ${key}) throw failureOf(read${exception}(reader));`,
        ]
      : [`    if (key === ${key}) throw failureOf(read${exception}(reader));`]),
    "    else reader.skip(key);",
    "  }",
    ...(result
      ? [`  if (success === undefined) throw missingResult("${name}");`, "  return success;"]
      : []),
    "}",
  ];
}

function writeResult(name: string, typeName: string, statements: readonly string[]): string[] {
  return [
    `function write${name}Result(writer: ThriftWriter, value: ${typeName}): void {`,
    ...indented(statements, "  "),
    "  writer.stop();",
    "}",
    "",
  ];
}

function methodCode(method: Method, values: Values): string[] {
  const { name, result, exceptions, annotations, doc } = method;
  const spans = (["server", "client"] as const).flatMap((side) => {
    const span = annotations.get(`span.${side}`);
    return span === undefined ? [] : [`${side}: "${span}"`];
  });
  const typeName = result ? values.typeName(result) : "void";
  return [
    ...docLines(doc),
    `${camelCase(name)}: thriftMethod<${name}Request, ${typeName}>({`,
    `  name: "${name}",`,
    ...(spans.length > 0 ? [`  spanNames: { ${spans.join(", ")} },`] : []),
    `  writeArguments: write${name}Request,`,
    `  readArguments: read${name}Request,`,
    `  writeResult: ${result ? `write${name}Result` : "writeNothing"},`,
    `  writeException: (writer, error) => writeFailure(writer, ${exceptions[0]?.id}, error),`,
    `  readResult: read${name}Result,`,
    "}),",
  ];
}

/** The arguments that handlers see: all but the carrier. */
function visible(method: Method): Field[] {
  const carrier = carrierOf(method);
  return method.fields.filter((field) => field !== carrier);
}

function carrierOf({ name, fields, line }: Method): Field {
  const maps = fields.filter((field) => field.type.kind === "texts");
  const [carrier] = maps;
  if (maps.length !== 1 || carrier?.name !== "carrier") {
    throw new Error(`line ${line}: ${name} must have one map, its carrier`);
  }
  return carrier;
}

function indented(lines: readonly string[], indent: string): string[] {
  return lines.map((line) => indent + line);
}
