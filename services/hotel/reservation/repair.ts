import type { CallScope } from "@faultline/rpc/call";
import type { Bookings } from "./bookings.ts";
import type { Closing } from "./closing.ts";
import type { Counters } from "./counters.ts";
import { type Hold, isExpired, nightsOfHold } from "./hold.ts";
import { heldRooms, type Ledger, type NightTotal } from "./ledger.ts";

const triesMax = 10;

/** What repair works on. */
export interface Repairable {
  readonly bookings: Bookings;
  readonly closing: Closing;
  readonly counters: Counters;
  readonly ledger: Ledger;
  readonly now: () => number;
}

/**
 * Puts right what an interruption has left behind: rooms held by bookings that nobody works on any more, stays of
 * which only some nights are booked, and totals that differ from the record of bookings. Every step may run in
 * several replicas at once, and beside bookings under way, which it spares.
 */
export class Repair {
  readonly #parts: Repairable;

  constructor(parts: Repairable) {
    this.#parts = parts;
  }

  /** Ends a booking that has not ended by itself: all of its nights are booked now, or none ever will be. */
  async end(hold: Hold, scope: CallScope): Promise<void> {
    const { closing, counters, ledger } = this.#parts;
    const nights = nightsOfHold(hold);
    const end = await closing.close(hold, scope);
    for (const night of nights) {
      if (end === "complete") await ledger.settle(night, hold, scope);
      else await ledger.release(night, hold, scope);
    }
    await counters.publish(nights, scope);
    scope.log.warn("interrupted booking ended", { booking: hold.booking, end });
  }

  /** Ends the bookings whose time is over among those that hold rooms of these nights. Answers how many. */
  async endExpired(totals: readonly NightTotal[], scope: CallScope): Promise<number> {
    const nowMs = this.#parts.now();
    const holds = totals.flatMap((total) => total.holds.filter((hold) => isExpired(hold, nowMs)));
    const expired = new Map(holds.map((hold) => [hold.booking, hold]));
    for (const hold of expired.values()) await this.end(hold, scope);
    return expired.size;
  }

  /** Ends every booking whose time is over. */
  async sweep(scope: CallScope): Promise<void> {
    const { ledger, now } = this.#parts;
    await this.endExpired(await ledger.expired(now(), scope), scope);
  }

  /** Goes over everything: also stays without a hold, and nights that somebody else has booked or cleared. */
  async overhaul(scope: CallScope): Promise<void> {
    const { bookings, ledger, now } = this.#parts;
    await this.sweep(scope);
    for (const hold of await bookings.incomplete(now(), scope)) await this.end(hold, scope);

    const [totals, sums] = await Promise.all([ledger.allTotals(scope), bookings.allSums(scope)]);
    for (const total of totals) {
      if (total.booked !== (sums.get(total._id) ?? 0)) await this.#recount(total, scope);
    }
  }

  /** Counts a night's rooms again. Bookings under way count by their holds, whatever of them is in the record. */
  async #recount(suspect: NightTotal, scope: CallScope): Promise<void> {
    const { bookings, counters, ledger } = this.#parts;
    for (let tries = 0; tries < triesMax; tries++) {
      const [total] = await ledger.totals([suspect], scope);
      if (!total) return;
      const underWay = total.holds.map((hold) => hold.booking);
      const booked = (await bookings.sumWithout(total, underWay, scope)) + heldRooms(total);
      if (booked === total.booked) return;
      if (!(await ledger.correct(total, booked, scope))) continue;
      scope.log.warn("night recounted", { night: total._id, from: total.booked, to: booked });
      await counters.publish([total], scope);
      return;
    }
    // Sold too fast to be counted: bookings keep it from getting worse, and the next overhaul tries again.
    scope.log.warn("night not recounted", { night: suspect._id });
  }
}
