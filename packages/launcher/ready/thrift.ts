import type { TlsConfig } from "@faultline/config/tls";
import type { ReadyCheck } from "./check.ts";
import { exchange } from "./exchange.ts";

const method = Buffer.from("Health");
const [reply, exception] = [2, 3];
const lengthBytes = 4;

/** A call of `Health` without arguments: strict header, name, sequence 0, and the end of the struct, in its frame. */
const request = framed(
  Buffer.of(0x80, 1, 0, 1, ...int32(method.length), ...method, ...int32(0), 0),
);

/** The result that says `true`: a bool in field 0, and the end. */
const serving = Buffer.of(2, 0, 0, 1, 0);
/** Of a `TApplicationException` its type, in field 2: there is no such method. */
const unknownMethod = Buffer.of(8, 0, 2, ...int32(1));

/**
 * A Thrift service is ready when its method `Health` says that it is serving. One that is none of ours has no such
 * method; it is ready when it says so.
 */
export function thriftServes(port: number, tls?: TlsConfig): ReadyCheck {
  return async (signal) => {
    const isWhole = (answer: Buffer) =>
      answer.length >= lengthBytes && answer.length >= lengthBytes + answer.readUInt32BE(0);
    const answer = await exchange(port, request, { isWhole, signal, tls });
    const kind = answer[lengthBytes + 3];
    const isServing = kind === reply && answer.subarray(-serving.length).equals(serving);
    if (!isServing && !(kind === exception && answer.includes(unknownMethod)))
      throw new Error("it does not say that it is serving");
  };
}

function framed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(int32(message.length)), message]);
}

function int32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
