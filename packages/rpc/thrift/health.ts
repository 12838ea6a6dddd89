import { encodeFrame } from "./frames.ts";
import { messageKinds } from "./protocol.ts";

/**
 * The method by which a server of ours tells whether it is ready for work: no arguments, and `true` or `false` as its
 * result. Any other Thrift server answers that it has no such method, which it does once it is ready.
 */
export const healthMethod = "Health";

/** The answer, in its frame. */
export function healthReply(sequence: number, serving: boolean): Buffer {
  return encodeFrame({ name: healthMethod, kind: messageKinds.reply, sequence }, (writer) => {
    writer.boolField(0, serving);
    writer.stop();
  });
}
