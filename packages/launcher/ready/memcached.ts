import type { ReadyCheck } from "./check.ts";
import { exchange } from "./exchange.ts";

/** A memcached is ready when it tells its version. */
export function memcachedAnswers(port: number): ReadyCheck {
  return async (signal) => {
    const isWhole = (answer: Buffer) => answer.includes("\n");
    const answer = await exchange(port, Buffer.from("version\r\n"), { isWhole, signal });
    if (!answer.toString("latin1").startsWith("VERSION ")) throw new Error("no memcached answered");
  };
}
