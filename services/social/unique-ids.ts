import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallScope } from "@faultline/rpc/call";

/** 2018-01-01T00:00:00Z: when the ids' own time begins. */
const epochMs = 1_514_764_800_000n;
const machineMax = 0x7ff;
const idsPerMs = 0x1000;
const timeMask = (1n << 40n) - 1n;

/** What an id is made of. Parts that are wider than their place in it lose their upper bits. */
export interface IdParts {
  /** Which generator made it: 11 bits. */
  readonly machine: number;
  /** When, in milliseconds since 1970: 40 bits, which last until 2052. */
  readonly atMs: number;
  /** The how-manieth of that millisecond: 12 bits. */
  readonly counter: number;
}

/** The id of these parts, as the originals put it together; never negative. */
export function uniqueId({ machine, atMs, counter }: IdParts): bigint {
  const time = (BigInt(atMs) - epochMs) & timeMask;
  return (BigInt(machine & machineMax) << 52n) | (time << 12n) | BigInt(counter % idsPerMs);
}

export interface UniqueIds {
  /**
   * An id that no other call gets, greater than those before it. Waits for the next millisecond when this one has
   * no more; throws if the scope ends meanwhile.
   */
  next(scope: CallScope): Promise<bigint>;
}

export interface UniqueIdsSettings {
  /** Generators of one kind of id need different machines; only the lower 11 bits count. */
  readonly machine: number;
  readonly now?: () => number;
}

/** Makes ids. A clock that steps back does not matter: time stands still here until it has caught up. */
export function createUniqueIds({ machine, now = Date.now }: UniqueIdsSettings): UniqueIds {
  let atMs = Number.NEGATIVE_INFINITY;
  let counter = 0;

  const advanceTo = (ms: number) => {
    atMs = ms;
    counter = 0;
  };

  return {
    async next({ signal }) {
      for (;;) {
        const nowMs = now();
        if (nowMs > atMs) advanceTo(nowMs);
        if (counter < idsPerMs) return uniqueId({ machine, atMs, counter: counter++ });
        // The clock may have stepped back by hours, which nobody can wait for.
        if (nowMs < atMs) advanceTo(atMs + 1);
        else await sleep(1, undefined, { signal });
      }
    },
  };
}

/**
 * A machine number for this process. The originals add up the network address, so that replicas easily share one;
 * this is as good as drawn by lot, for each start anew: ids of before a step back of the clock are not made again
 * by a process that starts after it. Only a configured number is certain to be the only one of its kind.
 */
export function drawMachine(): number {
  const parts = [hostname(), process.pid, performance.timeOrigin, crypto.randomUUID()];
  return createHash("sha256").update(parts.join()).digest().readUInt16BE() & machineMax;
}
