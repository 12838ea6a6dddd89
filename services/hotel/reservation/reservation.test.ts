import { Reservation } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import type { Cache } from "@faultline/stores/memcached";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { expect } from "vitest";
import type { BookedNight } from "./bookings.ts";
import type { HotelRooms } from "./capacities.ts";
import { startReservation } from "./reservation.ts";
import { book, bookedRooms, isFree } from "./reservation-testing.ts";
import { seedReservation } from "./seed.ts";

const night = { inDate: "2015-05-09", outDate: "2015-05-10" };

async function seededMongo() {
  const mongo = createMemoryMongo();
  await seedReservation(mongo, testCall());
  return mongo;
}

function started(mongo: Mongo, cache: Cache = createMemoryCache()) {
  return startReservation({ mongo, cache }, testCall());
}

/** A request for one room in one hotel for one night, but for what is said. */
function request(changes: object = {}) {
  return { customerName: "Ann", hotelId: ["39"], ...night, roomNumber: 1, ...changes };
}

inBothWorlds("availability agrees with the bookings, step by step", async (start) => {
  const mongo = await seededMongo();
  const cache = createMemoryCache();
  const reservation = await start(Reservation, await started(mongo, cache));
  const bookHotel39 = (inDate: string, outDate: string, rooms: number) =>
    book(reservation, { hotelId: "39", inDate, outDate, rooms });
  const free = async (inDate: string, outDate: string, service = reservation) => {
    const hotels = request({ hotelId: ["39", "42"], inDate, outDate });
    return (await service.checkAvailability(hotels, testCall())).hotelId;
  };

  expect(await bookHotel39("2015-05-09", "2015-05-11", 199)).toBe(true);
  expect(await free("2015-05-09", "2015-05-11")).toEqual(["39", "42"]);
  expect(await bookHotel39("2015-05-10", "2015-05-12", 2)).toBe(false);
  expect((await bookedRooms(mongo))["39_2015-05-12"]).toBeUndefined();
  expect(await bookHotel39("2015-05-10", "2015-05-12", 1)).toBe(true);
  expect(await free("2015-05-09", "2015-05-10")).toEqual(["39", "42"]);
  expect(await free("2015-05-11", "2015-05-12")).toEqual(["39", "42"]);
  expect(await free("2015-05-12", "2015-05-13")).toEqual(["39", "42"]);
  expect(await free("2015-05-10", "2015-05-11")).toEqual(["42"]);
  expect(await free("2015-05-09", "2015-05-13")).toEqual(["42"]);
  const restarted = await start(Reservation, await started(mongo));
  expect(await free("2015-05-10", "2015-05-11", restarted)).toEqual(["42"]);
  expect(await free("2015-05-09", "2015-05-13", restarted)).toEqual(["42"]);

  const keys = ["39_2015-05-10_2015-05-10", "39_2015-05-11_2015-05-11", "39_2015-05-12_2015-05-12"];
  const entries = await cache.getMany([...keys, "39_cap"], testCall());
  expect([...keys, "39_cap"].map((key) => entries.get(key)?.toString())).toEqual([
    ...["199", "200", "1", "200"],
  ]);
});

inBothWorlds("a booking that is in the seed counts", async (start) => {
  const reservation = await start(Reservation, await started(await seededMongo()));
  const alice = { hotelId: "4", inDate: "2015-04-09", outDate: "2015-04-10" };

  expect(await book(reservation, { ...alice, rooms: 200 })).toBe(false);
  expect(await book(reservation, { ...alice, rooms: 199 })).toBe(true);
});

inBothWorlds("a booking is stored night by night, as the originals store it", async (start) => {
  const mongo = await seededMongo();
  const reservation = await start(Reservation, await started(mongo));

  const stay = request({ hotelId: ["39", "42"], outDate: "2015-05-11", roomNumber: 3 });
  expect(await reservation.makeReservation(stay, testCall())).toEqual({ hotelId: ["39"] });

  const nights = mongo.collection<BookedNight>("reservation");
  const common = { hotelId: "39", customerName: "Ann", number: 3 };
  expect(await nights.find({ customerName: "Ann" }, testCall())).toMatchObject([
    { ...common, inDate: "2015-05-09", outDate: "2015-05-10" },
    { ...common, inDate: "2015-05-10", outDate: "2015-05-11" },
  ]);
  expect(await nights.count({ hotelId: "42" }, testCall())).toBe(0);
});

inBothWorlds(
  "dates that are no stay are refused, and nothing is asked of a store",
  async (start) => {
    const mongo = troubledMongo(await seededMongo(), () => "done");
    const reservation = await start(Reservation, await started(mongo));
    const steps = mongo.steps();
    const wrong = [
      { inDate: "" },
      { inDate: "2015-02-30" },
      { inDate: "0001-01-01" },
      { inDate: "2015-5-9" },
      { outDate: "tomorrow" },
      { outDate: "2015-05-09" },
      { outDate: "2015-05-08" },
      { outDate: "2016-05-10" },
    ];

    for (const days of wrong) {
      const refusal = expect.objectContaining({ code: "invalidArgument" });
      await expect(reservation.makeReservation(request(days), testCall())).rejects.toEqual(refusal);
      await expect(reservation.checkAvailability(request(days), testCall())).rejects.toEqual(
        refusal,
      );
    }
    expect(mongo.steps()).toBe(steps);
    const year = request({ outDate: "2016-05-09" });
    expect(await reservation.makeReservation(year, testCall())).toEqual({ hotelId: ["39"] });
  },
);

inBothWorlds(
  "a negative number of rooms and a booking without a hotel are refused",
  async (start) => {
    const mongo = await seededMongo();
    const reservation = await start(Reservation, await started(mongo));
    const refusal = expect.objectContaining({ code: "invalidArgument" });
    const negative = request({ roomNumber: -1 });

    await expect(reservation.makeReservation(negative, testCall())).rejects.toEqual(refusal);
    await expect(reservation.checkAvailability(negative, testCall())).rejects.toEqual(refusal);
    await expect(reservation.makeReservation(request({ hotelId: [] }), testCall())).rejects.toEqual(
      refusal,
    );
    await expect(
      reservation.makeReservation(request({ customerName: "x".repeat(16_385) }), testCall()),
    ).rejects.toEqual(refusal);
    expect(await bookedRooms(mongo)).toEqual({ "4_2015-04-10": 1 });
  },
);

inBothWorlds("a question for too many hotels and nights is refused", async (start) => {
  const reservation = await start(Reservation, await started(await seededMongo()));
  const hotelId = Array.from({ length: 1_000 }, (_, index) => `${index}`);
  const ask = (outDate: string) =>
    reservation.checkAvailability(request({ hotelId, outDate }), testCall());

  await expect(ask("2015-06-29")).rejects.toMatchObject({ code: "invalidArgument" });
  expect((await ask("2015-05-11")).hotelId).toHaveLength(80);
});

inBothWorlds(
  "a hotel that does not or cannot exist is never free and cannot be booked",
  async (start) => {
    const cache = createMemoryCache();
    const mongo = await seededMongo();
    const reservation = await start(Reservation, await started(mongo, cache));

    for (const hotelId of [
      "81",
      "",
      "a b",
      "\n",
      "\u007f",
      "x".repeat(229),
      "39_cap",
      "__proto__",
    ]) {
      expect(await isFree(reservation, { hotelId, ...night, rooms: 1 })).toBe(false);
      expect(await book(reservation, { hotelId, ...night, rooms: 1 })).toBe(false);
      expect(await book(reservation, { hotelId, ...night, rooms: 0 })).toBe(false);
    }
    expect(await bookedRooms(mongo)).toEqual({ "4_2015-04-10": 1 });
  },
);

inBothWorlds("hotel ids with underscores have counters of their own", async (start) => {
  const mongo = await seededMongo();
  const rooms = mongo.collection<HotelRooms>("number");
  await rooms.insertMany([{ hotelId: "39_x", numberOfRoom: 1 }], testCall());
  const reservation = await start(Reservation, await started(mongo));
  const both = request({ hotelId: ["39_x", "39"] });

  expect(await book(reservation, { hotelId: "39_x", ...night, rooms: 1 })).toBe(true);

  expect((await reservation.checkAvailability(both, testCall())).hotelId).toEqual(["39"]);
});

inBothWorlds(
  "free hotels come in the order asked, each once, the unknown left out",
  async (start) => {
    const reservation = await start(Reservation, await started(await seededMongo()));
    const hotelId = ["42", "nowhere", "39", "1", "42"];

    const free = await reservation.checkAvailability(request({ hotelId }), testCall());

    expect(free).toEqual({ hotelId: ["42", "39", "1"] });
    expect(await reservation.checkAvailability(request({ hotelId: [] }), testCall())).toEqual({
      hotelId: [],
    });
  },
);

inBothWorlds("a booking of no rooms stores and caches nothing", async (start) => {
  const mongo = await seededMongo();
  const cache = createMemoryCache();
  const reservation = await start(Reservation, await started(mongo, cache));
  const full = { hotelId: "1", ...night };
  expect(await book(reservation, { ...full, rooms: 200 })).toBe(true);
  const stored = await bookedRooms(mongo);

  expect(await book(reservation, { ...full, rooms: 0 })).toBe(true);
  expect(await book(reservation, { hotelId: "39", ...night, rooms: 0 })).toBe(true);

  expect(await bookedRooms(mongo)).toEqual(stored);
  const keys = ["39_2015-05-10_2015-05-10", "39_cap", "1_cap"];
  expect([...(await cache.getMany(keys, testCall())).keys()]).toEqual([]);
});

inBothWorlds(
  "a booking of no rooms fails where an original has oversold the night",
  async (start) => {
    const mongo = await seededMongo();
    const sold = { hotelId: "1", ...night, customerName: "Bob", number: 201 };
    await mongo.collection<BookedNight>("reservation").insertMany([sold], testCall());
    const reservation = await start(Reservation, await started(mongo));

    expect(await book(reservation, { hotelId: "1", ...night, rooms: 0 })).toBe(false);
  },
);

inBothWorlds("the largest number of rooms is refused, not wrapped around", async (start) => {
  const mongo = await seededMongo();
  const reservation = await start(Reservation, await started(mongo));

  expect(await book(reservation, { hotelId: "39", ...night, rooms: 2_147_483_647 })).toBe(false);
  expect(await isFree(reservation, { hotelId: "39", ...night, rooms: 2_147_483_647 })).toBe(false);
});
