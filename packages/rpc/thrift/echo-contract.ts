import type { Call } from "../call.ts";
import { nothing, type Saying } from "../echo-contract.ts";
import { ServiceError } from "../errors.ts";
import type { Arguments, Carrier, ThriftContract } from "./contract.ts";
import { missingResult, thriftMethod } from "./method.ts";
import { fieldKey, type ThriftReader, type ThriftWriter, types } from "./protocol.ts";

/** A failure that the contract declares, with the number that it has there. */
export function declared(exceptionCode: number, message: string): ServiceError {
  return new ServiceError("failedPrecondition", message, { exceptionCode });
}

/** The same contract as the room's `Echo`, over Thrift: numbers are 32-bit integers. */
export const ThriftEcho = {
  name: "Echo",
  fullName: "echo.Echo",
  protocol: "thrift",
  methods: { say: sayingMethod("Say"), sing: sayingMethod("Sing") },
} as const satisfies ThriftContract;

/** Handlers of which only `say` matters; without one it gives back what it gets. */
export function thriftEcho(
  say: (request: Saying, call: Call) => Promise<Saying> = async (it) => it,
) {
  return { say, sing: async (request: Saying) => request };
}

function sayingMethod(name: string) {
  return thriftMethod<Saying, Saying>({
    name,
    writeArguments(writer, saying, carrier?: Carrier) {
      writeSaying(writer, saying);
      writer.textsField(3, carrier);
      writer.stop();
    },
    readArguments: readSaying,
    writeResult(writer, saying) {
      writer.field(types.struct, 0);
      writeSaying(writer, saying);
      writer.stop();
      writer.stop();
    },
    writeException(writer, error) {
      writer.field(types.struct, 1);
      writer.i32Field(1, error.exceptionCode ?? 0);
      writer.stringField(2, error.message);
      writer.stop();
      writer.stop();
    },
    readResult(reader) {
      let result: Saying | undefined;
      for (let key = reader.field(); key !== 0; key = reader.field()) {
        if (key === fieldKey(types.struct, 0)) result = readSaying(reader).request;
        else if (key === fieldKey(types.struct, 1)) throw readException(reader);
        else reader.skip(key);
      }
      if (!result) throw missingResult(name);
      return result;
    },
  });
}

function writeSaying(writer: ThriftWriter, { number, words }: Saying): void {
  writer.i32Field(1, number);
  writer.listField(2, types.string, words.length);
  for (const word of words) writer.string(word);
}

function readSaying(reader: ThriftReader): Arguments<Saying> {
  const request = { ...nothing, words: [] as string[] };
  let carrier: Carrier | undefined;
  for (let key = reader.field(); key !== 0; key = reader.field()) {
    if (key === fieldKey(types.i32, 1)) request.number = reader.i32();
    else if (key === fieldKey(types.list, 2)) request.words = readWords(reader);
    else if (key === fieldKey(types.map, 3)) carrier = reader.texts();
    else reader.skip(key);
  }
  return { request, carrier };
}

function readWords(reader: ThriftReader): string[] {
  const size = reader.list(types.string);
  return Array.from({ length: size }, () => reader.string());
}

function readException(reader: ThriftReader): ServiceError {
  let code = 0;
  let message = "";
  for (let key = reader.field(); key !== 0; key = reader.field()) {
    if (key === fieldKey(types.i32, 1)) code = reader.i32();
    else if (key === fieldKey(types.string, 2)) message = reader.string();
    else reader.skip(key);
  }
  return declared(code, message);
}
