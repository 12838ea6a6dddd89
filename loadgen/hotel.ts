// k6 run hotel.ts -e RATE=200 -e DURATION=1m
import { baseOf } from "./hotel/bookings.ts";
import { hotelMix } from "./hotel/mix.ts";
import { ReplayedBookings } from "./hotel/replayed-bookings.ts";
import { begun, scriptOf, seed } from "./k6-script.ts";

const base = baseOf(__ENV.BASE || "fresh");

export const { options, visit, handleSummary } = scriptOf({
  app: "hotel",
  url: "http://127.0.0.1:5000",
  mix: hotelMix,
  knowledge: new ReplayedBookings({ base, seed, begun }),
});
