import type { Log } from "../log/log.ts";
import type { Admitted } from "./gate.ts";
import { TlsRefused } from "./refusals.ts";
import type { TlsMisconfigured } from "./settings.ts";

type Connection = { readonly id: number; readonly remote: string };

/** Logs what mongod remarks on about a connection that was let in. */
export function logAdmitted(log: Log, { remark }: Admitted, { id, remote }: Connection): void {
  if (remark) log.write(remark, `conn${id}`, { remote, connectionId: id });
}

/** Logs why a connection was closed before its first message. One that went away is no news. */
export function logRefused(log: Log, error: unknown, { id, remote }: Connection): void {
  if (!(error instanceof TlsRefused)) return;
  const context = `conn${id}`;
  const { code, codeName, event, reason } = error;
  if (event) log.write(event, context, reason === undefined ? undefined : { reason });
  log.write("receiveFailed", context, {
    error: { code, codeName, errmsg: error.message },
    remote,
    connectionId: id,
  });
}

/** What mongod logs when its own certificate or files are not fit to start with. */
export function logMisconfigured(
  log: Log,
  { code, codeName, message, isExpired, validity }: TlsMisconfigured,
): void {
  if (isExpired) log.write("certificateExpired", "main", validity);
  log.write("initializationFailed", "main", { error: { code, codeName, errmsg: message } });
}
