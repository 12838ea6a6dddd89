import { expect, test } from "vitest";
import { areExactly, areFreeHotels, isBooking, isMessage, recommended } from "./answers.ts";
import { Bookings } from "./bookings.ts";

const centre = { lat: 38.0235, lon: -122.095 };
const nights = { firstNight: 10, endDay: 12 };
const stay = { hotelId: "39", ...nights };
const success = '{"message":"Reserve successfully!"}\n';
const refusal = '{"message":"Failed. Already reserved. "}\n';

const feature: Readonly<Record<number, string>> = {
  2: point("[-122.4005,37.7854]", "2", "W San Francisco", "(415) 777-5300"),
  7: point("[-122.354004,37.8255]", "7", "St. Regis San Francisco", "(415) 284-407"),
  39: point("[-122.09801,38.0175]", "39", "St. Regis San Francisco", "(415) 284-4039"),
  42: point("[-122.074005,38.0355]", "42", "St. Regis San Francisco", "(415) 284-4042"),
};

function point(coordinates: string, id: string, name: string, phone: string): string {
  const geometry = `{"coordinates":${coordinates},"type":"Point"}`;
  const properties = `{"name":"${name}","phone_number":"${phone}"}`;
  return `{"geometry":${geometry},"id":"${id}","properties":${properties},"type":"Feature"}`;
}

function collection(...ids: number[]): string {
  return `{"features":[${ids.map((id) => feature[id])}],"type":"FeatureCollection"}\n`;
}

test("the free hotels may come in any order", () => {
  const judge = areFreeHotels(centre, nights, new Bookings());

  expect(judge(collection(39, 42))).toBeUndefined();
  expect(judge(collection(42, 39))).toBeUndefined();
});

test.each([
  ["a missing hotel", collection(42), "hotel 39 is missing, and no booking explains it"],
  ["no hotel", collection(), "hotel 39 is missing, and no booking explains it"],
  ["a hotel too many", collection(39, 42, 7), "hotel 7 does not belong here"],
  ["a hotel twice", collection(39, 42, 39), "a hotel is listed twice: 39,42,39"],
  ["another coordinate", collection(39, 42).replace("38.0175", "38.0176"), "not the GeoJSON"],
  ["a space", collection(39, 42).replace(":[", ": ["), "not the GeoJSON of the hotels 39,42"],
  ["no end of line", collection(39, 42).trim(), "not the GeoJSON"],
  ["no JSON", "oops\n", 'not the GeoJSON of the hotels : "oops\\n"'],
  ["an unknown hotel", collection(39, 42).replace('"39"', '"99"'), "not the GeoJSON"],
])("%s is a wrong answer to a search", (_what, body, complaint) => {
  expect(areFreeHotels(centre, nights, new Bookings())(body)).toContain(complaint);
});

test("bookings under way explain a missing hotel, and do not forbid it", () => {
  const bookings = new Bookings();
  const judge = areFreeHotels(centre, nights, bookings);
  bookings.attempt(stay, 200);

  expect(judge(collection(42))).toBeUndefined();
  expect(judge(collection(39, 42))).toBeUndefined();
});

test("a hotel that was sold out before the search must not be shown", () => {
  const bookings = new Bookings();
  isBooking(stay, 200, bookings)(success);

  expect(areFreeHotels(centre, nights, bookings)(collection(42))).toBeUndefined();
  expect(areFreeHotels(centre, nights, bookings)(collection(39, 42))).toBe(
    "hotel 39 is shown, and is fully booked",
  );
});

test("a room that is acknowledged while a search is under way may still be shown by it", () => {
  const bookings = new Bookings();
  const judge = areFreeHotels(centre, nights, bookings);
  isBooking(stay, 200, bookings)(success);

  expect(judge(collection(39, 42))).toBeUndefined();
});

test("a booking is right while rooms are left, and wrong when all were sold before", () => {
  const bookings = new Bookings();

  expect(isBooking(stay, 200, bookings)(success)).toBeUndefined();
  expect(isBooking(stay, 1, bookings)(success)).toBe("rooms were sold that others have booked");
});

test("a refusal is right when others may have the rooms, and wrong otherwise", () => {
  const bookings = new Bookings();

  expect(isBooking(stay, 1, bookings)(refusal)).toBe("rooms were refused that are free");
  isBooking(stay, 199, bookings);
  expect(isBooking(stay, 1, bookings)(refusal)).toBeUndefined();
});

test("a message is judged to the byte", () => {
  const judge = isMessage("Login successfully!");

  expect(judge('{"message":"Login successfully!"}\n')).toBeUndefined();
  expect(judge('{"message":"Login successfully!"}')).toContain("was expected");
});

test.each([
  ["dis", 37.7749, -122.4194, "5"],
  ["dis", 38.0235, -122.095, "40"],
  ["dis", 37.783, -122.252, "10"],
  ["dis", 38.264, -121.927, "70"],
  ["dis", 0, 0, "80"],
  ["rate", 38, -122, "9,24,39,54,69"],
  ["price", 38, -122, "2"],
])("by %s at %d, %d the contract recommends %s", (wish, lat, lon, expected) => {
  expect(recommended(wish, { lat, lon }).join()).toBe(expected);
});

test("recommended hotels must be exactly those", () => {
  expect(areExactly(["2"])(collection(2))).toBeUndefined();
  expect(areExactly(["2"])(collection())).toBe("hotel 2 is missing");
  expect(areExactly(["2"])(collection(2, 7))).toBe("hotel 7 does not belong here");
});
