import { expect, test } from "vitest";
import { requestAt } from "../journey.ts";
import { Bookings } from "./bookings.ts";
import { hotelMix } from "./mix.ts";
import { ReplayedBookings } from "./replayed-bookings.ts";

const seed = 3;
// Of every capacity there is, what is left after none to three bookings.
const roomsAround = [200, 250, 300].flatMap((rooms) => [rooms, rooms - 1, rooms - 2, rooms - 3]);
const stays = Array.from({ length: 80 }, (_, i) => ({
  ...{ hotelId: String(i + 1), firstNight: 12, endDay: 13 },
}));

test("what all workers have attempted is known from the seed", () => {
  const begun = 20_000;
  const one = new Bookings();
  for (let i = 0; i < begun; i++) {
    const request = requestAt(hotelMix, seed, i);
    if (request.operation === "reserve") request.expect(one);
  }
  const worker = new ReplayedBookings({ base: "fresh", seed, begun: () => begun });

  const found = (bookings: Bookings) =>
    stays.flatMap((stay) => roomsAround.map((rooms) => bookings.mayBeFull(stay, rooms)));
  expect(found(worker)).toEqual(found(one));
  expect(found(worker)).not.toEqual(found(new Bookings()));
});

test("an attempt of one's own is counted once, when it is replayed", () => {
  const worker = new ReplayedBookings({ base: "fresh", seed, begun: () => 0 });
  const stay = { hotelId: "1", firstNight: 12, endDay: 13 };

  worker.attempt(stay, 200);

  expect(worker.mayBeFull(stay, 1)).toBe(false);
});
