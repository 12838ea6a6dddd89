import { startApp } from "@faultline/service/testing";
import { expect, onTestFinished, test } from "vitest";
import { areFreeHotels, isBooking } from "./hotel/answers.ts";
import { Bookings } from "./hotel/bookings.ts";
import type { Journey, Mix } from "./journey.ts";
import { type Random, uniformInteger } from "./random.ts";
import { runLoad } from "./runner/run-load.ts";
import { trafficOf } from "./runner/traffic.ts";

const rooms = 40;
const place = { lat: "38.0235", lon: "-122.095" };

/** A few nights in one of the two hotels that a search around here finds, many rooms at a time. */
const rush: Mix<Bookings> = [
  { operation: "reserve", share: 0.4, method: "POST", path: "/reservation", journey: reserve },
  { operation: "search", share: 0.6, method: "GET", path: "/hotels", journey: search },
];

function reserve(random: Random): Journey<Bookings> {
  const { days, nights } = drawStay(random);
  const hotelId = random() < 0.5 ? "39" : "42";
  const guest = { customerName: "a", username: "Cornell_1", password: "1111111111" };
  return {
    query: { ...days, hotelId, ...guest, number: String(rooms) },
    expect: (bookings) => isBooking({ hotelId, ...nights }, rooms, bookings),
  };
}

function search(random: Random): Journey<Bookings> {
  const { days, nights } = drawStay(random);
  const at = { lat: Number(place.lat), lon: Number(place.lon) };
  return {
    query: { ...days, ...place },
    expect: (bookings) => areFreeHotels(at, nights, bookings),
  };
}

function drawStay(random: Random) {
  const firstNight = uniformInteger(random, 10, 14);
  const endDay = firstNight + uniformInteger(random, 1, 3);
  return {
    days: { inDate: `2015-04-${firstNight}`, outDate: `2015-04-${endDay}` },
    nights: { firstNight, endDay },
  };
}

async function rushOn(url: string, bookings: Bookings) {
  const never = new AbortController().signal;
  const { record } = await runLoad(
    trafficOf(rush, bookings, 7),
    {
      ...{ url, targetPrefix: "", connections: 32, deadlineMs: 20_000, seed: 7 },
      ...{ rate: 300, distribution: "exponential", durationMs: 1_000, warmupMs: 0 },
    },
    { stop: never, breakOff: never },
  );
  return record;
}

test("hotels that fill up under load are neither oversold, nor shown, nor refused too early", async () => {
  const app = await startApp("hotel");
  onTestFinished(() => app.close());
  const bookings = new Bookings();

  const record = await rushOn(app.url, bookings);

  expect(record.wrongAnswers).toEqual([]);
  expect(record.total.counts.failed).toBe(0);
  const full = { hotelId: "39", firstNight: 10, endDay: 16 };
  expect(bookings.mustBeFull(full, 1)).toBe(true);
});

test("who takes a full hotel for an empty one, finds its answers wrong", async () => {
  const app = await startApp("hotel");
  onTestFinished(() => app.close());
  await rushOn(app.url, new Bookings());

  const again = await rushOn(app.url, new Bookings());
  const knowing = await rushOn(app.url, new Bookings("unknown"));

  const complaints = again.wrongAnswers.map(({ complaint }) => complaint);
  expect(complaints).toContain("rooms were refused that are free");
  expect(complaints.join()).toMatch(/hotel \d+ is missing, and no booking explains it/);
  expect(knowing.wrongAnswers).toEqual([]);
});
