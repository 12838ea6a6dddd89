import { connect as connectTcp } from "node:net";
import { connect } from "node:tls";
import type { ReadyCheck } from "./check.ts";

/** A server that speaks nothing but TLS is ready when it completes a handshake, with whatever certificate. */
export function tlsAnswers(port: number): ReadyCheck {
  return (signal) =>
    new Promise((resolve, reject) => {
      const plain = connectTcp({ port, host: "127.0.0.1", signal });
      const socket = connect({ socket: plain, rejectUnauthorized: false });
      socket.once("secureConnect", () => {
        resolve();
        plain.destroy();
      });
      for (const end of [plain, socket]) end.on("error", reject);
      plain.once("close", () => reject(new Error("connection closed before the handshake ended")));
    });
}
