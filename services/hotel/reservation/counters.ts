import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import type { Cache } from "@faultline/stores/memcached";
import { counterKey, type HotelNight } from "./hotel-night.ts";
import type { Ledger, NightTotal } from "./ledger.ts";

/**
 * How long a counter stays in memcached, in seconds. Whatever goes wrong with the cache, it is right again after
 * that; a counter that an original has left there for good is overwritten by the next booking of its night.
 */
export const counterTtlS = 10;

const triesMax = 5;

/**
 * Tells memcached how many rooms are booked: a hint for those who look for rooms, never asked when one is sold.
 *
 * Two bookings of a night may publish at once, and the older total arrive last. So whoever has published looks
 * whether the total is still the same, and publishes again if not: the last to look sees the last total. A reader
 * that fetched a total before a booking and wants to store it afterwards uses `add`, which the published counter
 * stands in the way of.
 */
export class Counters {
  readonly #cache: Cache;
  readonly #ledger: Ledger;

  constructor(cache: Cache, ledger: Ledger) {
    this.#cache = cache;
    this.#ledger = ledger;
  }

  /** Publishes the totals of these nights as they are now. The cache is optional: failures of it are only logged. */
  async publish(nights: readonly HotelNight[], scope: CallScope): Promise<void> {
    let totals = await this.#ledger.totals(nights, scope);
    try {
      for (let tries = 0; tries < triesMax; tries++) {
        await Promise.all(totals.map((total) => this.#set(total, scope)));
        const later = await this.#ledger.totals(nights, scope);
        if (isSame(totals, later)) return;
        totals = later;
      }
      await Promise.all(totals.map((total) => this.#cache.delete(counterKey(total), scope)));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      scope.log.warn("counters not published", { nights: nights.length, reason: error.code });
    }
  }

  #set(total: NightTotal, scope: CallScope): Promise<void> {
    const options = { ttlS: counterTtlS };
    return this.#cache.set(counterKey(total), String(total.booked), scope, options);
  }
}

function isSame(before: readonly NightTotal[], after: readonly NightTotal[]): boolean {
  const versions = new Map(before.map((total) => [total._id, total.version]));
  return after.every((total) => versions.get(total._id) === total.version);
}
