import type { CallScope } from "@faultline/rpc/call";
import type { Collection, Document, Mongo } from "@faultline/stores/mongo";
import { numberOf, textOf } from "../stored-values.ts";
import { isHotelId } from "./hotel-night.ts";

/** A document of `reservation-db.number`; nothing here writes one but the seed. */
export interface HotelRooms extends Document {
  readonly hotelId: string;
  readonly numberOfRoom: number;
}

/** Knows how many rooms hotels have. */
export class Capacities {
  readonly #hotels: Collection<HotelRooms>;

  constructor(mongo: Mongo) {
    this.#hotels = mongo.collection("number");
  }

  /** The rooms of each of these hotels; those that do not exist are left out. */
  async of(hotelIds: readonly string[], scope: CallScope): Promise<Map<string, number>> {
    const asked = hotelIds.filter(isHotelId);
    if (asked.length === 0) return new Map();
    const found = await this.#hotels.find({ hotelId: { $in: asked } }, scope);
    const rooms = new Map<string, number>();
    for (const hotel of found) {
      const hotelId = textOf(hotel.hotelId);
      // Of several documents for one hotel the first counts, as in the originals.
      if (!rooms.has(hotelId)) rooms.set(hotelId, numberOf(hotel.numberOfRoom));
    }
    return rooms;
  }
}
