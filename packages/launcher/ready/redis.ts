import type { ReadyCheck } from "./check.ts";
import { exchange } from "./exchange.ts";

/** A Redis is ready when it answers PING, be it that we must log in; while it reads its data in, it is not. */
export function redisAnswers(port: number): ReadyCheck {
  return async (signal) => {
    const isWhole = (answer: Buffer) => answer.includes("\n");
    const answer = await exchange(port, Buffer.from("PING\r\n"), { isWhole, signal });
    const line = answer.toString("latin1").split("\r\n", 1)[0] ?? "";
    if (line.startsWith("-LOADING")) throw new Error("it is still reading its data");
    if (line !== "+PONG" && !line.startsWith("-NOAUTH")) throw new Error("no Redis answered");
  };
}
