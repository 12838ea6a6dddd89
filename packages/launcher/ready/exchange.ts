import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TlsConfig } from "@faultline/config/tls";

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

export interface Exchange {
  /** Whether the answer is complete. */
  isWhole(answer: Buffer): boolean;
  readonly signal: AbortSignal;
  readonly tls?: Pick<TlsConfig, "ca" | "serverName"> | undefined;
}

/**
 * Connects to a port of this machine, sends bytes, and resolves with the answer as soon as `isWhole` says that
 * it is complete. The connection is closed in any case.
 */
export function exchange(
  port: number,
  request: Uint8Array,
  { isWhole, signal, tls }: Exchange,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const plain = connect({ port, host: "127.0.0.1", signal });
    const socket = tls
      ? connectTls({ socket: plain, ca: tls.ca, servername: tls.serverName })
      : plain;
    for (const end of new Set([plain, socket])) end.on("error", reject);
    let answer = Buffer.alloc(0);
    socket.once(tls ? "secureConnect" : "connect", () => socket.write(request));
    socket.on("data", (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (!isWhole(answer)) return;
      resolve(answer);
      plain.destroy();
    });
    plain.once("close", () => reject(new Error("connection closed without an answer")));
  });
}
