import type { Journey, Mix } from "../journey.ts";
import { luaNumber } from "../lua-number.ts";
import { type Random, uniformInteger } from "../random.ts";
import {
  areExactly,
  areFreeHotels,
  isBooking,
  isMessage,
  loggedIn,
  recommended,
} from "./answers.ts";
import type { Bookings, Stay } from "./bookings.ts";
import { hotels, type Point, usersMax } from "./seed-data.ts";

/** The traffic of the original's own script, which AIOpsLab runs too. */
export const hotelMix: Mix<Bookings> = [
  { operation: "search", share: 0.6, method: "GET", path: "/hotels", journey: search },
  {
    operation: "recommend",
    share: 0.39,
    method: "GET",
    path: "/recommendations",
    journey: recommend,
  },
  { operation: "login", share: 0.005, method: "POST", path: "/user", journey: login },
  { operation: "reserve", share: 0.005, method: "POST", path: "/reservation", journey: reserve },
];

/** Somebody looks for a free room around a place. */
function search(random: Random): Journey<Bookings> {
  const firstNight = uniformInteger(random, 9, 23);
  const endDay = uniformInteger(random, firstNight + 1, 24);
  return searchFor({ firstNight, endDay }, random);
}

/** Somebody looks for a free room around a place, for some nights of April. */
export function searchFor(nights: Omit<Stay, "hotelId">, random: Random): Journey<Bookings> {
  const { firstNight, endDay } = nights;
  const place = drawPlace(random);
  return {
    query: { inDate: april(firstNight), outDate: april(endDay), ...place },
    expect: (bookings) => areFreeHotels(pointOf(place), nights, bookings),
  };
}

/** Somebody asks for the nearest, the best or the cheapest hotel. */
function recommend(random: Random): Journey<Bookings> {
  const draw = random();
  const require = draw < 0.33 ? "dis" : draw < 0.66 ? "rate" : "price";
  const place = drawPlace(random);
  return {
    query: { require, ...place },
    expect: () => areExactly(recommended(require, pointOf(place))),
  };
}

/** Somebody logs in, with the right password. */
function login(random: Random): Journey<Bookings> {
  return { query: drawUser(random), expect: () => isMessage(loggedIn) };
}

/** Somebody books one room. The original's script fills the place in with variables that it has not got. */
function reserve(random: Random): Journey<Bookings> {
  const firstNight = uniformInteger(random, 9, 23);
  const endDay = firstNight + uniformInteger(random, 1, 5);
  const hotelId = String(uniformInteger(random, 1, hotels.length));
  const user = drawUser(random);
  return {
    query: {
      ...{ inDate: april(firstNight), outDate: april(endDay), lat: "nil", lon: "nil" },
      ...{ hotelId, customerName: user.username, ...user, number: "1" },
    },
    expect: (bookings) => isBooking({ hotelId, firstNight, endDay }, 1, bookings),
  };
}

interface Place {
  readonly lat: string;
  readonly lon: string;
}

function drawPlace(random: Random): Place {
  const lat = 38.0235 + (uniformInteger(random, 0, 481) - 240.5) / 1_000;
  const lon = -122.095 + (uniformInteger(random, 0, 325) - 157) / 1_000;
  return { lat: luaNumber(lat), lon: luaNumber(lon) };
}

/** What the application reads, which is what was written, not what was drawn. */
function pointOf({ lat, lon }: Place): Point {
  return { lat: Number(lat), lon: Number(lon) };
}

function drawUser(random: Random): { username: string; password: string } {
  const id = String(uniformInteger(random, 0, usersMax));
  return { username: `Cornell_${id}`, password: id.repeat(10) };
}

function april(day: number): string {
  return `2015-04-${String(day).padStart(2, "0")}`;
}
