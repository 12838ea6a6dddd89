import type { CallScope } from "@faultline/rpc/call";
import type { Collection, Document, Mongo } from "@faultline/stores/mongo";
import { numberOf } from "../stored-values.ts";
import { type Hold, nightsOfHold } from "./hold.ts";
import { type HotelNight, nightId } from "./hotel-night.ts";

/**
 * A document of `reservation-db.reservation`: rooms booked for one night. The first five fields are the originals';
 * documents that they wrote have no others.
 */
export interface BookedNight extends Document {
  readonly hotelId?: string;
  readonly customerName?: string;
  readonly inDate?: string;
  readonly outDate?: string;
  readonly number?: number;
  /** The stay that the night belongs to, the days of the whole stay, and when it has to be complete. */
  readonly booking?: string;
  readonly stay?: { readonly inDate: string; readonly outDate: string };
  readonly nights?: number;
  readonly until?: Date;
  /** The stay was given up: this document only keeps the place of one that must not come any more. */
  readonly removed?: boolean;
}

/** The record of all bookings, shared with the originals: what is in it is sold. */
export class Bookings {
  readonly #documents: Collection<BookedNight>;

  constructor(mongo: Mongo) {
    this.#documents = mongo.collection("reservation");
  }

  /**
   * Books all nights of a stay; durable when it returns. When it throws, the first few of them may be in, or may yet
   * come. `alreadyExists` means that the stay was removed meanwhile.
   */
  async insert(hold: Hold, customerName: string, scope: CallScope): Promise<void> {
    const nights = nightsOfHold(hold);
    const documents = nights.map((night) => ({
      _id: documentId(hold, night),
      ...night,
      customerName,
      number: hold.rooms,
      booking: hold.booking,
      stay: { inDate: hold.inDate, outDate: hold.outDate },
      nights: nights.length,
      until: hold.until,
    }));
    await this.#documents.insertMany(documents, scope, { durable: true });
  }

  /** How many rooms are booked in each of these nights, by `nightId`; 0 where there is no booking. */
  async sums(nights: readonly HotelNight[], scope: CallScope): Promise<Map<string, number>> {
    const sums = new Map(nights.map((night) => [nightId(night), 0]));
    if (nights.length === 0) return sums;
    const rows = await this.#sums(anyOf(nights), scope);
    const booked = new Map(rows.map((row) => [nightKey(row._id), row.booked]));
    for (const night of nights) {
      sums.set(nightId(night), numberOf(booked.get(nightKey(night))));
    }
    return sums;
  }

  /** How many rooms are booked in a night by anybody but these bookings. */
  async sumWithout(
    night: HotelNight,
    bookings: readonly string[],
    scope: CallScope,
  ): Promise<number> {
    const match = { ...anyOf([night]), booking: { $nin: bookings } };
    const [row] = await this.#sums(match, scope);
    return numberOf(row?.booked);
  }

  /** Every night that somebody has booked, by `nightId`, and how many rooms. */
  async allSums(scope: CallScope): Promise<Map<string, number>> {
    const rows = await this.#sums({ hotelId: { $exists: true } }, scope);
    return new Map(rows.map((row) => [nightId(row._id), numberOf(row.booked)]));
  }

  /** Stays whose time is over and whose nights are not all booked. */
  async incomplete(nowMs: number, scope: CallScope): Promise<Hold[]> {
    const over = { removed: { $ne: true }, until: { $lte: new Date(nowMs) } };
    const stays: Hold[] = [];
    for (const booking of await this.#incompleteIds(over, scope)) {
      const night = await this.#documents.findOne({ ...over, booking }, scope);
      if (night) stays.push(holdOf(night));
    }
    return stays;
  }

  /**
   * Compares with constants only, one for each length of stay: not every compatible server can compare two fields
   * of a document.
   */
  async #incompleteIds(over: Document, scope: CallScope): Promise<string[]> {
    const lengths = await this.#documents.aggregate<{ _id: unknown }>(
      [{ $match: over }, { $group: { _id: "$nights" } }],
      scope,
    );
    const nightsOf = lengths.map(({ _id }) => numberOf(_id)).filter((nights) => nights > 1);
    if (nightsOf.length === 0) return [];
    const tooFew = nightsOf.map((nights) => ({ "_id.nights": nights, found: { $lt: nights } }));
    const rows = await this.#documents.aggregate<{ _id: { booking: string } }>(
      [
        { $match: over },
        { $group: { _id: { booking: "$booking", nights: "$nights" }, found: { $sum: 1 } } },
        { $match: { $or: tooFew } },
      ],
      scope,
    );
    return rows.map(({ _id }) => _id.booking);
  }

  #sums(match: Document, scope: CallScope): Promise<NightSum[]> {
    const night = { hotelId: "$hotelId", inDate: "$inDate", outDate: "$outDate" };
    return this.#documents.aggregate<NightSum>(
      [{ $match: match }, { $group: { _id: night, booked: { $sum: "$number" } } }],
      scope,
    );
  }
}

interface NightSum extends Document {
  readonly _id: HotelNight;
  readonly booked: unknown;
}

function holdOf({ booking, hotelId, stay, number, until }: BookedNight): Hold {
  return { booking, hotelId, ...stay, rooms: number, until } as Hold;
}

/** The `_id` of a stay's night in the record. */
export function documentId({ booking }: Hold, { outDate }: HotelNight): string {
  return `${booking}_${outDate}`;
}

/** Matches the documents of these nights, and of others in the same hotels on the same days. */
function anyOf(nights: readonly HotelNight[]): Document {
  const values = (field: keyof HotelNight) => [...new Set(nights.map((night) => night[field]))];
  return {
    hotelId: { $in: values("hotelId") },
    inDate: { $in: values("inDate") },
    outDate: { $in: values("outDate") },
  };
}

function nightKey({ hotelId, inDate, outDate }: HotelNight): string {
  return `${inDate} ${outDate} ${hotelId}`;
}
