import { expect, test } from "vitest";
import { Bookings } from "./bookings.ts";

const stay = { hotelId: "39", firstNight: 10, endDay: 12 };
const before = { hotelId: "39", firstNight: 9, endDay: 10 };

test("attempted rooms may be taken, acknowledged rooms are, and other nights are free", () => {
  const bookings = new Bookings();

  bookings.attempt(stay, 199);
  expect(bookings.mayBeFull(stay, 1)).toBe(false);
  bookings.attempt({ ...stay, firstNight: 11 }, 1);
  expect(bookings.mayBeFull(stay, 1)).toBe(true);
  expect(bookings.mustBeFull(stay, 1)).toBe(false);
  bookings.acknowledge(stay, 200);
  expect(bookings.mustBeFull(stay, 1)).toBe(true);
  expect(bookings.mayBeFull(before, 1)).toBe(false);
});

test("the seed has booked a room of hotel 4, if nothing else was before", () => {
  const night = { hotelId: "4", firstNight: 9, endDay: 10 };

  expect(new Bookings().mustBeFull(night, 199)).toBe(false);
  expect(new Bookings().mustBeFull(night, 200)).toBe(true);
});

test("on an unknown base any night may be full, and none must be before its capacity is sold", () => {
  const bookings = new Bookings("unknown");

  expect(bookings.mayBeFull(stay, 1)).toBe(true);
  expect(bookings.mustBeFull(stay, 200)).toBe(false);
});
