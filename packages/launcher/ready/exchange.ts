import { connect } from "node:net";

/** Whether anybody listens; much cheaper to ask than what they speak, while a server is still starting. */
export function isListening(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", signal });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}

/**
 * Connects to a port of this machine, sends bytes, and resolves with the answer as soon as `isWhole` says that
 * it is complete. The connection is closed in any case.
 */
export function exchange(
  port: number,
  request: Uint8Array,
  { isWhole, signal }: { isWhole: (answer: Buffer) => boolean; signal: AbortSignal },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", signal });
    let answer = Buffer.alloc(0);
    socket.once("connect", () => socket.write(request));
    socket.on("data", (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (!isWhole(answer)) return;
      resolve(answer);
      socket.destroy();
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("connection closed without an answer")));
  });
}
