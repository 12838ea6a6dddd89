import type { Document } from "bson";
import type { Client } from "./client.ts";
import { MongoError } from "./errors.ts";

/** A command that runs now. */
export interface Operation {
  readonly id: number;
  readonly client: Client;
  readonly name: string;
  readonly namespace: string;
  readonly body: Document;
  readonly startedAtMs: number;
  /**
   * A write is done to its end, also if nobody waits for its reply any more. Undefined until the
   * command is loaded, which tells.
   */
  writes: boolean | undefined;
  killedBy: KillReason | undefined;
}

const killTexts = {
  ClientDisconnect: "operation was interrupted",
  Interrupted: "operation was interrupted",
  InterruptedAtShutdown: "interrupted at shutdown",
} as const;

type KillReason = keyof typeof killTexts;

/** The commands that run now, for `currentOp` and `killOp`. */
export class Operations {
  readonly #running = new Map<number, Operation>();
  #lastId = 0;

  begin(operation: Pick<Operation, "client" | "name" | "namespace" | "body">): Operation {
    this.#lastId += 1;
    const startedAtMs = performance.now();
    const begun = { ...operation, id: this.#lastId, startedAtMs, ...fresh };
    this.#running.set(begun.id, begun);
    return begun;
  }

  end({ id }: Operation): void {
    this.#running.delete(id);
  }

  kill(id: number): void {
    const operation = this.#running.get(id);
    if (operation) operation.killedBy = "Interrupted";
  }

  /** A client has gone: what it only wanted to read is not worked out. */
  forget(client: Client): void {
    for (const operation of this.#running.values()) {
      if (operation.client === client && operation.writes === false)
        operation.killedBy = "ClientDisconnect";
    }
  }

  killAll(): void {
    for (const operation of this.#running.values()) operation.killedBy = "InterruptedAtShutdown";
  }

  list(): Operation[] {
    return [...this.#running.values()];
  }
}

const fresh = { writes: undefined, killedBy: undefined };

/** Throws when the operation was killed or its time is over; called often by what takes long. */
export function interruptCheck(operation: Operation, maxTimeMs: number): () => void {
  return () => {
    const { killedBy } = operation;
    if (killedBy) throw new MongoError(killedBy, killTexts[killedBy]);
    if (maxTimeMs > 0 && performance.now() - operation.startedAtMs > maxTimeMs) {
      throw new MongoError("MaxTimeMSExpired", "operation exceeded time limit");
    }
  };
}
