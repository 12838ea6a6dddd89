import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import { insertAbsent } from "../seeding.ts";
import type { BookedNight } from "./bookings.ts";
import type { HotelRooms } from "./capacities.ts";
import { type HotelNight, nightId } from "./hotel-night.ts";

const hotelsMax = 80;

const aliceNight: HotelNight = { hotelId: "4", inDate: "2015-04-09", outDate: "2015-04-10" };

/**
 * Brings `reservation-db` to its first state: the rooms of 80 hotels, and one booking. Running it again, or twice at
 * once, changes nothing.
 */
export async function seedReservation(mongo: Mongo, scope: CallScope): Promise<void> {
  const bookings = mongo.collection<BookedNight>("reservation");
  const hotels = mongo.collection<HotelRooms>("number");
  const alice = { _id: `Alice_${nightId(aliceNight)}`, customerName: "Alice", number: 1 };
  await Promise.all([
    insertAbsent(bookings, "hotelId", [{ ...alice, ...aliceNight }], scope),
    insertAbsent(hotels, "hotelId", hotelRooms(), scope),
  ]);
  await bookings.ensureIndex({ hotelId: 1, inDate: 1, outDate: 1 }, scope);
  await hotels.ensureIndex({ hotelId: 1 }, scope);
}

function hotelRooms(): HotelRooms[] {
  return Array.from({ length: hotelsMax }, (_, index) => {
    const hotelId = String(index + 1);
    return { _id: hotelId, hotelId, numberOfRoom: roomsOf(index + 1) };
  });
}

function roomsOf(hotel: number): number {
  if (hotel <= 6 || hotel % 3 === 0) return 200;
  return hotel % 3 === 1 ? 300 : 250;
}
