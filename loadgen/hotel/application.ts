import type { Application } from "../application.ts";
import { trafficOf } from "../runner/traffic.ts";
import { Bookings, baseOf, bases } from "./bookings.ts";
import { hotelMix } from "./mix.ts";

/** Hotel Reservation, as the load sees it. */
export const hotel: Application = {
  url: "http://127.0.0.1:5000",
  scriptOrigin: "http://localhost:5000",
  mixes: ["mixed"],
  bases,
  basesSay: "what was booked before: nothing but the seed, or who knows",
  traffic: ({ seed, base }) => trafficOf(hotelMix, new Bookings(baseOf(base)), seed),
};
