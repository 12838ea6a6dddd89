import { encodeFrame } from "./frames.ts";
import { fieldKey, messageKinds, ThriftReader, types } from "./protocol.ts";
import { applicationTypes } from "./status.ts";

/**
 * The method by which a server of ours tells whether it is ready for work: no arguments, and `true` or `false` as its
 * result. Any other Thrift server answers that it has no such method, which it does once it is ready.
 */
export const healthMethod = "Health";

const success = fieldKey(types.bool, 0);
const applicationType = fieldKey(types.i32, 2);

/** Asks for the health, in its frame. */
export function healthRequest(): Buffer {
  const heading = { name: healthMethod, kind: messageKinds.call, sequence: 0 };
  return encodeFrame(heading, (writer) => writer.stop());
}

export function healthReply(sequence: number, serving: boolean): Buffer {
  return encodeFrame({ name: healthMethod, kind: messageKinds.reply, sequence }, (writer) => {
    writer.boolField(0, serving);
    writer.stop();
  });
}

/** Whether a server is ready by what it answered, in its frame. Throws for what is no answer. */
export function isHealthy(frame: Buffer): boolean {
  const reader = new ThriftReader(frame.subarray(4));
  const { kind } = reader.message();
  const wanted = kind === messageKinds.exception ? applicationType : success;
  for (let key = reader.field(); key !== 0; key = reader.field()) {
    if (key !== wanted) reader.skip(key);
    else if (key === success) return reader.bool();
    else return reader.i32() === applicationTypes.unknownMethod;
  }
  return false;
}
