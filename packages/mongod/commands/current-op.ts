import type { Document } from "bson";
import { redacted } from "../log/redact.ts";
import type { Operation } from "../operations.ts";
import { type Command, onCluster } from "./command.ts";

export const currentOp: Command = {
  help: "The commands that run now",
  privileges: (call) => (call.body.$ownOps ? [] : onCluster("inprog")(call)),
  adminOnly: true,
  run({ instance }) {
    return { inprog: instance.operations.list().map(describeOperation), ok: 1 };
  },
};

export function describeOperation(operation: Operation): Document {
  const runningMs = performance.now() - operation.startedAtMs;
  return {
    type: "op",
    desc: `conn${operation.client.id}`,
    connectionId: operation.client.id,
    client: operation.client.remote,
    clientMetadata: operation.client.metadata,
    active: true,
    opid: operation.id,
    secs_running: Math.floor(runningMs / 1000),
    microsecs_running: Math.floor(runningMs * 1000),
    op: "command",
    ns: operation.namespace,
    command: redacted(operation.body),
    killPending: operation.killedBy !== undefined,
    waitingForLock: false,
  };
}
