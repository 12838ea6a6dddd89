import { Reservation, type ReservationClient } from "@faultline/proto/hotel";
import { connectInMemory, serveInMemory } from "@faultline/rpc/memory";
import { testCall } from "@faultline/rpc/test-call";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { expect, onTestFinished } from "vitest";
import type { BookedNight } from "./bookings.ts";
import type { HotelRooms } from "./capacities.ts";
import type { NightTotal } from "./ledger.ts";
import { createReservation, type ReservationSettings } from "./reservation.ts";

/** A replica of the service: its client, and its repair. */
export function replica(settings: ReservationSettings) {
  const { handlers, repair } = createReservation(settings);
  const service = "reservation";
  const server = serveInMemory({
    ...{ contract: Reservation, handlers, layers: [], service, log: testCall().log },
  });
  const { client, close } = connectInMemory({
    ...{ contract: Reservation, server, layers: [], service: "test", peer: service },
  });
  onTestFinished(async () => {
    close();
    await server.close();
  });
  return { client, repair };
}

/** A database with hotels that have so many rooms. */
export async function mongoOfHotels(rooms: Readonly<Record<string, number>>): Promise<Mongo> {
  const mongo = createMemoryMongo();
  const documents = Object.entries(rooms).map(([hotelId, numberOfRoom]) => {
    return { hotelId, numberOfRoom };
  });
  await mongo.collection<HotelRooms>("number").insertMany(documents, testCall());
  return mongo;
}

export interface StayWish {
  readonly hotelId: string;
  readonly inDate: string;
  readonly outDate: string;
  readonly rooms: number;
}

/** Whether the stay was booked. */
export async function book(client: ReservationClient, wish: StayWish): Promise<boolean> {
  const { hotelId, rooms, ...days } = wish;
  const request = { customerName: "Ann", hotelId: [hotelId], ...days, roomNumber: rooms };
  return (await client.makeReservation(request, testCall())).hotelId.length > 0;
}

/** Whether the hotel is said to have the rooms. */
export async function isFree(client: ReservationClient, wish: StayWish): Promise<boolean> {
  const { hotelId, rooms, ...days } = wish;
  const request = { customerName: "", hotelId: [hotelId], ...days, roomNumber: rooms };
  return (await client.checkAvailability(request, testCall())).hotelId.length > 0;
}

/** The rooms in the record of bookings, by hotel and day of departure, as an original would add them up. */
export async function bookedRooms(mongo: Mongo): Promise<Record<string, number>> {
  const documents = await mongo.collection<BookedNight>("reservation").find({}, testCall());
  const rooms: Record<string, number> = {};
  for (const { hotelId, outDate, number = 0 } of documents) {
    if (hotelId === undefined) continue;
    const night = `${hotelId}_${outDate}`;
    rooms[night] = (rooms[night] ?? 0) + number;
  }
  return rooms;
}

/** The rooms that the arbiter counts, by hotel and day of departure; nights without any are left out. */
export async function totalRooms(mongo: Mongo): Promise<Record<string, number>> {
  const totals = await mongo.collection<NightTotal>("night").find({}, testCall());
  const sold = totals.filter((total) => total.booked !== 0);
  return Object.fromEntries(sold.map((total) => [total._id, total.booked]));
}

/** All is in order: nothing is held, totals are what the record says, and no stay is incomplete. */
export async function expectOrder(mongo: Mongo): Promise<void> {
  const held = { "holds.booking": { $exists: true } };
  expect(await mongo.collection<NightTotal>("night").find(held, testCall())).toEqual([]);
  expect(await totalRooms(mongo)).toEqual(await bookedRooms(mongo));
  const documents = await mongo.collection<BookedNight>("reservation").find({}, testCall());
  const counted = documents.filter(({ booking, removed }) => booking !== undefined && !removed);
  for (const nights of Map.groupBy(counted, ({ booking }) => booking).values()) {
    expect(nights).toHaveLength(nights[0]?.nights ?? 0);
  }
}
