import type { Session } from "../http2/session.ts";
import { keepaliveMs, keepaliveTimeoutMs } from "./limits.ts";

/**
 * Asks the other side every two minutes whether it is still there, and ends the session if it does not say so.
 * `isNeeded` tells whether anybody would miss it; servers take pings of idle clients amiss. Returns what ends it,
 * for when the session has.
 */
export function keepAlive(session: Session, isNeeded: () => boolean = () => true): () => void {
  let silence: NodeJS.Timeout | undefined;
  const answered = () => {
    clearTimeout(silence);
    silence = undefined;
  };
  const timer = setInterval(() => {
    if (silence !== undefined || session.isClosed || !isNeeded()) return;
    silence = setTimeout(() => {
      session.destroy(new Error("keepalive: no answer to a ping"));
    }, keepaliveTimeoutMs).unref();
    session.ping(answered);
  }, keepaliveMs).unref();
  return () => {
    clearInterval(timer);
    answered();
  };
}
