import { encodeFrame } from "./frames.ts";
import { messageKinds } from "./protocol.ts";

// Thrift has no way to say that a server takes no more calls: it closes the connection, and a call that crosses the
// close on its way may or may not have been looked at. A server of ours says goodbye to clients of ours, and to those
// who have not called yet, before it closes: whatever it has not answered by then it has not looked at, so such a call
// is sent again elsewhere.
const heading = { name: "goodbye", kind: messageKinds.exception, sequence: -1 };

/** The last message on a connection. */
export const goodbye: Buffer = encodeFrame(heading, (writer) => writer.stop());

/** Whether a message is the goodbye. Calls count from 0 up, so no answer can be taken for it. */
export function isGoodbye(message: Buffer): boolean {
  return message.length === goodbye.length - 4 && message.equals(goodbye.subarray(4));
}
