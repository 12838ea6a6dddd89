import { Reservation } from "@faultline/proto/hotel";
import { inBothWorlds, testCall } from "@faultline/rpc/both-worlds";
import { unavailable } from "@faultline/rpc/errors";
import type { Cache } from "@faultline/stores/memcached";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { expect } from "vitest";
import { startReservation } from "./reservation.ts";
import { book, isFree } from "./reservation-testing.ts";
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

inBothWorlds("what the cache says is a hint, and never sells a room", async (start) => {
  const cache = createMemoryCache();
  const mongo = await seededMongo();
  const reservation = await start(Reservation, await started(mongo, cache));
  const stay = { hotelId: "39", ...night, rooms: 200 };
  await cache.set("39_cap", "1000", testCall());
  expect(await book(reservation, stay)).toBe(true);
  await cache.set("39_2015-05-10_2015-05-10", "0", testCall());

  expect(await book(reservation, { ...stay, rooms: 1 })).toBe(false);
});

inBothWorlds("a counter that nobody can read is a miss", async (start) => {
  const cache = createMemoryCache();
  const reservation = await start(Reservation, await started(await seededMongo(), cache));
  for (const entry of ["", "x", "1.5", "1e3", "null"]) {
    await cache.set("39_2015-05-10_2015-05-10", entry, testCall());
    await cache.set("39_cap", entry, testCall());

    expect(await isFree(reservation, { hotelId: "39", ...night, rooms: 200 })).toBe(true);
    expect(await isFree(reservation, { hotelId: "39", ...night, rooms: 201 })).toBe(false);
  }
});

inBothWorlds("without the cache rooms are sold and found as ever", async (start) => {
  const dead = () => Promise.reject(unavailable("memcached-reserve does not answer"));
  const cache = {
    ...createMemoryCache(),
    ...{ getMany: dead, get: dead, set: dead, add: dead, delete: dead },
  };
  const reservation = await start(Reservation, await started(await seededMongo(), cache));
  const stay = { hotelId: "39", ...night };

  expect(await book(reservation, { ...stay, rooms: 199 })).toBe(true);
  expect(await isFree(reservation, { ...stay, rooms: 1 })).toBe(true);
  expect(await isFree(reservation, { ...stay, rooms: 2 })).toBe(false);
  expect(await book(reservation, { ...stay, rooms: 2 })).toBe(false);
});

inBothWorlds(
  "a failing database fails the call, and serves the next when it is back",
  async (start) => {
    let down = false;
    const mongo = troubledMongo(await seededMongo(), () => (down ? "failed" : "done"));
    const reservation = await start(Reservation, await started(mongo));
    const failure = expect.objectContaining({ code: "unavailable" });

    down = true;
    await expect(reservation.makeReservation(request(), testCall())).rejects.toEqual(failure);
    await expect(reservation.checkAvailability(request(), testCall())).rejects.toEqual(failure);
    down = false;

    expect(await reservation.checkAvailability(request(), testCall())).toEqual({ hotelId: ["39"] });
    expect(await reservation.makeReservation(request(), testCall())).toEqual({ hotelId: ["39"] });
  },
);

inBothWorlds("a caller who leaves in the middle leaves no room held", async (start) => {
  const inner = await seededMongo();
  const leaving = new AbortController();
  let takes = 0;
  const mongo = troubledMongo(inner, (_, operation) => {
    if (operation === "findOneAndUpdate night" && ++takes === 4) leaving.abort();
    return "done";
  });
  const reservation = await start(Reservation, await started(mongo));
  const stay = request({ outDate: "2015-05-12" });

  const call = testCall({ signal: leaving.signal });
  await expect(reservation.makeReservation(stay, call)).rejects.toMatchObject({ code: "canceled" });

  const held = { "holds.booking": { $exists: true } };
  await expect.poll(() => inner.collection("night").count(held, testCall())).toBe(0);
});
