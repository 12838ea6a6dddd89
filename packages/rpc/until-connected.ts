import { watchCancellation } from "./bound-client.ts";
import type { CallScope } from "./call.ts";
import { pastDeadline } from "./cancellation.ts";
import type { Deadlines } from "./deadlines.ts";
import { unavailable } from "./errors.ts";
import type { Replica, Replicas } from "./replicas.ts";

/** What a client has of the service that it calls. */
export interface Reach {
  readonly replicas: Replicas<Replica>;
  readonly deadlines: Deadlines;
  readonly peer: string;
}

/** Waits until one replica is connected. It looks again at each change. Throws when the scope ends first. */
export function untilConnected(
  { replicas, deadlines, peer }: Reach,
  scope: CallScope,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { deadlineMs } = scope;
    const timed = { deadlineMs, onDeadline: () => end(pastDeadline()) };
    const look = () => {
      if (replicas.isReady) end();
      else if (replicas.isClosed) end(unavailable(`the client of ${peer} is closed`));
    };
    const stopWatching = [
      replicas.watch(look),
      watchCancellation(scope, (reason) => end(reason)),
      () => deadlines.unwatch(timed),
    ];
    const end = (reason?: Error) => {
      for (const stop of stopWatching) stop();
      if (reason) reject(reason);
      else resolve();
    };
    deadlines.watch(timed);
    replicas.open();
    look();
  });
}
