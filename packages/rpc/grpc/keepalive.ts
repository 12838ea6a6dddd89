import type { Http2Session } from "node:http2";
import { keepaliveMs, keepaliveTimeoutMs } from "./limits.ts";

/**
 * Asks the other side every two minutes whether it is still there, and ends the session if it does not say so.
 * `isNeeded` tells whether anybody would miss it; servers take pings of idle clients amiss.
 */
export function keepAlive(session: Http2Session, isNeeded: () => boolean = () => true): void {
  let silence: NodeJS.Timeout | undefined;
  const answered = () => {
    clearTimeout(silence);
    silence = undefined;
  };
  const timer = setInterval(() => {
    if (silence !== undefined || session.destroyed || !isNeeded()) return;
    silence = setTimeout(() => {
      session.destroy(new Error("keepalive: no answer to a ping"));
    }, keepaliveTimeoutMs).unref();
    session.ping(answered);
  }, keepaliveMs).unref();
  session.once("close", () => {
    clearInterval(timer);
    answered();
  });
}
