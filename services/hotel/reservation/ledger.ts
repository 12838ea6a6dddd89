import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import type { Collection, Document, Mongo } from "@faultline/stores/mongo";
import type { Bookings } from "./bookings.ts";
import type { Hold } from "./hold.ts";
import { type HotelNight, nightId } from "./hotel-night.ts";

/** A document of `reservation-db.night`: what decides whether a room of this night may still be sold. */
export interface NightTotal extends Document, HotelNight {
  /** `nightId` of the night. */
  readonly _id: string;
  /** Rooms in the record of bookings, and rooms held by bookings under way. Never less than the former. */
  readonly booked: number;
  readonly holds: readonly Hold[];
  /** Grows with every change. */
  readonly version: number;
}

/** How an attempt to take rooms ended; with `held`, rooms are missing that bookings under way may yet give back. */
export type Taking =
  | { readonly outcome: "taken" | "full" }
  | { readonly outcome: "held"; readonly total: NightTotal };

/** The arbiter of all sales: one total per night in the database, changed in single atomic steps by every replica. */
export class Ledger {
  readonly #totals: Collection<NightTotal>;
  readonly #bookings: Bookings;

  constructor(mongo: Mongo, bookings: Bookings) {
    this.#totals = mongo.collection("night");
    this.#bookings = bookings;
  }

  /** Takes the held rooms of one night out of sale if there are so many; durable when it says so. */
  async take(
    night: HotelNight,
    { hold, capacity }: { hold: Hold; capacity: number },
    scope: CallScope,
  ): Promise<Taking> {
    for (;;) {
      const taken = await this.#totals.findOneAndUpdate(
        { _id: nightId(night), booked: { $lte: capacity - hold.rooms } },
        { $inc: { booked: hold.rooms, version: 1 }, $push: { holds: hold } },
        scope,
        { durable: true },
      );
      if (taken) return { outcome: "taken" };
      const total = await this.#totals.findOne({ _id: nightId(night) }, scope);
      if (!total) await this.#open([night], scope);
      else if (total.booked - heldRooms(total) + hold.rooms > capacity) return { outcome: "full" };
      else return { outcome: "held", total };
    }
  }

  /** Puts held rooms back on sale. Doing so again, or for rooms never taken, changes nothing. */
  async release(night: HotelNight, { booking, rooms }: Hold, scope: CallScope): Promise<void> {
    await this.#endHold(night, booking, { booked: -rooms, version: 1 }, scope);
  }

  /** Leaves held rooms sold: they are in the record of bookings now. Doing so again changes nothing. */
  async settle(night: HotelNight, { booking }: Hold, scope: CallScope): Promise<void> {
    await this.#endHold(night, booking, { version: 1 }, scope);
  }

  /** The totals of those nights that have one; the others were never sold by us. */
  async totals(nights: readonly HotelNight[], scope: CallScope): Promise<NightTotal[]> {
    if (nights.length === 0) return [];
    return await this.#totals.find({ _id: { $in: nights.map(nightId) } }, scope);
  }

  async allTotals(scope: CallScope): Promise<NightTotal[]> {
    return await this.#totals.find({}, scope);
  }

  /** The totals with a hold that has expired. */
  async expired(nowMs: number, scope: CallScope): Promise<NightTotal[]> {
    return await this.#totals.find({ "holds.until": { $lte: new Date(nowMs) } }, scope);
  }

  /** Writes what was counted, unless the total has changed since it was read. Answers whether it was written. */
  async correct(total: NightTotal, booked: number, scope: CallScope): Promise<boolean> {
    const { matched } = await this.#totals.updateOne(
      { _id: total._id, version: total.version },
      { $set: { booked }, $inc: { version: 1 } },
      scope,
    );
    return matched > 0;
  }

  /** Gives those of many nights a total that have none, together: singly is what a long stay would spend its time on. */
  async openAll(nights: readonly HotelNight[], scope: CallScope): Promise<void> {
    const there = new Set((await this.totals(nights, scope)).map(({ _id }) => _id));
    const missing = nights.filter((night) => !there.has(nightId(night)));
    if (missing.length > 0) await this.#open(missing, scope);
  }

  /** Gives nights their totals. Nobody can sell a night before it has one, so the record holds still meanwhile. */
  async #open(nights: readonly HotelNight[], scope: CallScope): Promise<void> {
    const sums = await this.#bookings.sums(nights, scope);
    const totals = nights.map((night) => {
      const booked = sums.get(nightId(night)) ?? 0;
      return { _id: nightId(night), ...night, booked, holds: [], version: 1 };
    });
    try {
      await this.#totals.insertMany(totals, scope);
    } catch (error) {
      // Another replica was first; its total is as good as ours, and whoever takes a night opens what is left out now.
      if (!(error instanceof ServiceError && error.code === "alreadyExists")) throw error;
    }
  }

  async #endHold(
    night: HotelNight,
    booking: string,
    increments: Readonly<Record<string, number>>,
    scope: CallScope,
  ): Promise<void> {
    await this.#totals.updateOne(
      { _id: nightId(night), "holds.booking": booking },
      { $inc: increments, $pull: { holds: { booking } } },
      scope,
    );
  }
}

/** Rooms of the total that bookings under way hold. */
export function heldRooms({ holds }: NightTotal): number {
  return holds.reduce((sum, hold) => sum + hold.rooms, 0);
}
