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
  killed: boolean;
}

/** The commands that run now, for `currentOp` and `killOp`. */
export class Operations {
  readonly #running = new Map<number, Operation>();
  #lastId = 0;

  begin(operation: Omit<Operation, "id" | "startedAtMs" | "killed">): Operation {
    this.#lastId += 1;
    const begun = { ...operation, id: this.#lastId, startedAtMs: performance.now(), killed: false };
    this.#running.set(begun.id, begun);
    return begun;
  }

  end({ id }: Operation): void {
    this.#running.delete(id);
  }

  kill(id: number): void {
    const operation = this.#running.get(id);
    if (operation) operation.killed = true;
  }

  list(): Operation[] {
    return [...this.#running.values()];
  }
}

/** Throws when the operation was killed or its time is over; called often by what takes long. */
export function interruptCheck(operation: Operation, maxTimeMs: number): () => void {
  return () => {
    if (operation.killed) throw new MongoError("Interrupted", "operation was interrupted");
    if (maxTimeMs > 0 && performance.now() - operation.startedAtMs > maxTimeMs) {
      throw new MongoError("MaxTimeMSExpired", "operation exceeded time limit");
    }
  };
}
