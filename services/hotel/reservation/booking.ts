import { randomUUID } from "node:crypto";
import { type CallScope, onOurOwn, within } from "@faultline/rpc/call";
import { deadlineExceeded, ServiceError } from "@faultline/rpc/errors";
import type { Availability } from "./availability.ts";
import type { Bookings } from "./bookings.ts";
import type { Capacities } from "./capacities.ts";
import type { Counters } from "./counters.ts";
import { type Hold, nightsOfHold } from "./hold.ts";
import { hotelNights } from "./hotel-night.ts";
import type { Ledger } from "./ledger.ts";
import type { Repair } from "./repair.ts";
import type { BookingRequest } from "./request.ts";
import type { Taking } from "./taking.ts";

/** What a booking is made with. */
export interface BookingParts {
  readonly availability: Availability;
  readonly bookings: Bookings;
  readonly capacities: Capacities;
  readonly counters: Counters;
  readonly ledger: Ledger;
  readonly repair: Repair;
  readonly taking: Taking;
  readonly now: () => number;
}

/** How long one booking may work, and how long its rooms are held before others may end it. */
const workLimitMs = 20_000;
const holdLimitMs = 30_000;
/** How long the steps after a booking, or after its failure, may take. */
const conclusionLimitMs = 5_000;

/** Books stays: all nights or none. Why its steps are safe is said in docs/decisions/0005-atomic-booking.md. */
export class Booking {
  readonly #parts: BookingParts;

  constructor(parts: BookingParts) {
    this.#parts = parts;
  }

  /**
   * Answers whether the stay is booked, durably. If it throws, nothing is booked or everything is: whoever asks
   * again may book twice.
   */
  async book(request: BookingRequest, caller: CallScope): Promise<boolean> {
    const { customerName, hotelId, inDate, outDate, rooms } = request;
    const { availability, capacities, taking, now } = this.#parts;
    const scope = within(caller, workLimitMs);
    const capacity = (await capacities.of([hotelId], scope)).get(hotelId);
    if (capacity === undefined) return false;
    if (rooms === 0) {
      return await availability.fits(hotelNights(hotelId, inDate, outDate), capacity, scope);
    }
    const until = new Date(now() + holdLimitMs);
    const hold = { booking: randomUUID(), hotelId, inDate, outDate, rooms, until };
    if (!(await taking.takeAll(hold, capacity, scope))) return false;
    await this.#insert(hold, customerName, scope);
    await this.#conclude(hold, scope);
    return true;
  }

  async #insert(hold: Hold, customerName: string, scope: CallScope): Promise<void> {
    try {
      await this.#parts.bookings.insert(hold, customerName, scope);
    } catch (error) {
      await this.#endFailed(hold, scope);
      if (error instanceof ServiceError && error.code === "alreadyExists") {
        throw deadlineExceeded("the booking took longer than its rooms were held", {
          cause: error,
        });
      }
      throw error;
    }
  }

  async #endFailed(hold: Hold, scope: CallScope): Promise<void> {
    try {
      await this.#parts.repair.end(hold, onOurOwn(scope, conclusionLimitMs));
    } catch (error) {
      // Nothing is lost: the hold expires, and whoever meets it then ends the booking.
      const { booking } = hold;
      scope.log.warn("failed booking not ended", { booking, reason: String(error) });
    }
  }

  /** The stay is booked; what is left is tidying, and no failure of it takes the booking back. */
  async #conclude(hold: Hold, scope: CallScope): Promise<void> {
    const { counters, ledger } = this.#parts;
    const nights = nightsOfHold(hold);
    const order = onOurOwn(scope, conclusionLimitMs);
    try {
      await Promise.all(nights.map((night) => ledger.settle(night, hold, order)));
      await counters.publish(nights, order);
    } catch (error) {
      // The rooms stay sold: the hold expires, and whoever meets it then finds the stay complete.
      const { booking } = hold;
      scope.log.warn("booking not settled", { booking, reason: String(error) });
    }
  }
}
