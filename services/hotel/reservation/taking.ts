import { setTimeout as sleep } from "node:timers/promises";
import { type CallScope, onOurOwn } from "@faultline/rpc/call";
import type { Counters } from "./counters.ts";
import { type Hold, nightsOfHold } from "./hold.ts";
import type { HotelNight } from "./hotel-night.ts";
import type { Ledger } from "./ledger.ts";
import type { Repair } from "./repair.ts";

/** How long to wait for rooms that other bookings hold and may give back, and how often to look. */
const heldWaitMs = 1_000;
const heldLookEveryMs = 25;
/** From how many nights on it pays to look first which of them were never sold. */
const openTogetherFrom = 8;
/** How long giving back may take. */
const releaseLimitMs = 5_000;

export interface TakingParts {
  readonly counters: Counters;
  readonly ledger: Ledger;
  readonly repair: Repair;
}

/** Takes the rooms of a stay out of sale, night after night. */
export class Taking {
  readonly #parts: TakingParts;

  constructor(parts: TakingParts) {
    this.#parts = parts;
  }

  /**
   * Takes all nights, in ascending order, or none: after a refusal or a failure, those already taken are given back.
   * The order is the same for all bookings, so two of them never wait for each other.
   */
  async takeAll(hold: Hold, capacity: number, scope: CallScope): Promise<boolean> {
    const nights = nightsOfHold(hold);
    if (nights.length >= openTogetherFrom) await this.#parts.ledger.openAll(nights, scope);
    const taken: HotelNight[] = [];
    for (const night of nights) {
      try {
        if (!(await this.#take(night, { hold, capacity }, scope))) {
          await this.#giveBack(taken, hold, scope);
          return false;
        }
      } catch (error) {
        // Whether this night was taken is not known; giving back what was not taken changes nothing.
        await this.#giveBack([...taken, night], hold, scope);
        throw error;
      }
      taken.push(night);
    }
    return true;
  }

  /** Takes one night; waits a little if it is full only because of rooms that may come back. */
  async #take(
    night: HotelNight,
    wish: { hold: Hold; capacity: number },
    scope: CallScope,
  ): Promise<boolean> {
    const giveUpAtMs = performance.now() + heldWaitMs;
    for (;;) {
      const taking = await this.#parts.ledger.take(night, wish, scope);
      if (taking.outcome !== "held") return taking.outcome === "taken";
      const ended = await this.#parts.repair.endExpired([taking.total], scope);
      if (ended > 0) continue;
      if (performance.now() > giveUpAtMs) return false;
      await sleep(heldLookEveryMs, undefined, { signal: scope.signal });
    }
  }

  async #giveBack(nights: readonly HotelNight[], hold: Hold, scope: CallScope): Promise<void> {
    if (nights.length === 0) return;
    const order = onOurOwn(scope, releaseLimitMs);
    try {
      for (const night of nights) await this.#parts.ledger.release(night, hold, order);
      await this.#parts.counters.publish(nights, order);
    } catch (error) {
      // Nothing is lost: the hold expires, and whoever meets it then gives the rooms back.
      const { booking } = hold;
      scope.log.warn("rooms not given back", { booking, reason: String(error) });
    }
  }
}
