import { readFileSync } from "node:fs";
import type { ReadyCheck } from "./check.ts";
import { exchange } from "./exchange.ts";

/** The certificate of a store that speaks TLS has this name among others. */
const serverName = "localhost";

/**
 * A Redis is ready when it answers PING, be it that we must log in; while it reads its data in, it is not. One that
 * speaks TLS has a certificate that somebody in the PEM file has signed.
 */
export function redisAnswers(port: number, caFile?: string): ReadyCheck {
  return async (signal) => {
    const isWhole = (answer: Buffer) => answer.includes("\n");
    const tls = caFile === undefined ? undefined : { ca: readFileSync(caFile), serverName };
    const answer = await exchange(port, Buffer.from("PING\r\n"), { isWhole, signal, tls });
    const line = answer.toString("latin1").split("\r\n", 1)[0] ?? "";
    if (line.startsWith("-LOADING")) throw new Error("it is still reading its data");
    if (line !== "+PONG" && !line.startsWith("-NOAUTH")) throw new Error("no Redis answered");
  };
}
