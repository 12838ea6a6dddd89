import type { Socket } from "node:net";
import { GoneBeforeHello } from "./refusals.ts";

/** A MongoDB message begins with four numbers: its length, its id, responseTo and the kind. */
const headerBytes = 16;

const responseToOffset = 8;

/**
 * The first bytes of a fresh socket, as many as a message's header has; they stay in it to be
 * read again. Rejects with GoneBeforeHello if it ends before, or `signal` is aborted.
 */
export async function readHeader(socket: Socket, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < headerBytes) {
    const chunk: Buffer | null = socket.read();
    if (chunk) {
      chunks.push(chunk);
      length += chunk.length;
    } else {
      await moreBytes(socket, signal);
    }
  }
  const bytes = Buffer.concat(chunks);
  socket.unshift(bytes);
  return bytes.subarray(0, headerBytes);
}

/**
 * Whether the first bytes begin a TLS handshake, told as mongod tells it: the first message of
 * a MongoDB client answers nothing, so its responseTo is 0 or -1, and a ClientHello has its
 * version and random bytes there.
 */
export function isTlsHello(header: Buffer): boolean {
  const responseTo = header.readInt32LE(responseToOffset);
  return responseTo !== 0 && responseTo !== -1;
}

function moreBytes(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void) => () => {
      socket.off("readable", more).off("end", gone).off("error", gone).off("close", gone);
      signal.removeEventListener("abort", gone);
      done();
    };
    const more = settle(resolve);
    const gone = settle(() => reject(new GoneBeforeHello("closed before the first message")));
    if (socket.destroyed || socket.readableEnded || signal.aborted) return gone();
    socket.on("readable", more).on("end", gone).on("error", gone).on("close", gone);
    signal.addEventListener("abort", gone);
  });
}
