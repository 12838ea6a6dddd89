import { expect, test } from "vitest";
import { parsePoint, parsePoint32, parseRooms } from "./parameters.ts";

const numberText = "Please check number format (positive integer)";
const pointText = "Please specify location params";

function query(parameters: Readonly<Record<string, string>>) {
  return new Map(Object.entries(parameters));
}

test.each([
  ["", 0],
  ["1", 1],
  ["2147483647", 2_147_483_647],
  ["007", 7],
  ["+5", 5],
])("number=%s asks for %i rooms", (number, rooms) => {
  expect(parseRooms(query({ number }))).toBe(rooms);
});

test("a booking that says no number asks for no room", () => {
  expect(parseRooms(query({}))).toBe(0);
});

test.each([
  ...["abc", "1.5", " 1", "1 ", "-1", "0", "-0", "00", "1e3", "0x1", "++1", "1_000", "١"],
  ...["2147483648", "4294967297", "99999999999999999999"],
])("%j is no number of rooms", (number) => {
  expect(() => parseRooms(query({ number }))).toThrow(numberText);
});

test.each([
  ...["nil", "NaN", "inf", "-Infinity", "infinity", "0x1p3", " 1", "1 ", "1,5", "1e400", "--1"],
  ...[".", "1e", "e1", "1_000", "\ufffd", "+", "-", "", "1\n", "١"],
])("%j is no coordinate", (lat) => {
  expect(() => parsePoint(query({ lat, lon: "1" }))).toThrow(pointText);
  expect(() => parsePoint(query({ lat: "1", lon: lat }))).toThrow(pointText);
  expect(() => parsePoint32(query({ lat, lon: "1" }))).toThrow(pointText);
});

test.each([
  ["0", 0],
  ["500", 500],
  ["1e2", 100],
  ["+1.5", 1.5],
  ["-.5", -0.5],
  ["5.", 5],
  ["1E-400", 0],
  ["007", 7],
  ["37.7749", 37.7749],
])("%s is the coordinate %d", (text, lat) => {
  expect(parsePoint(query({ lat: text, lon: "0" }))).toEqual({ lat, lon: 0 });
  expect(parsePoint32(query({ lat: text, lon: "0" }))).toEqual({ lat: Math.fround(lat), lon: 0 });
});

test("a coordinate that single precision cannot hold is none for a search", () => {
  expect(() => parsePoint32(query({ lat: "1e39", lon: "1" }))).toThrow(pointText);
  expect(parsePoint(query({ lat: "1e39", lon: "1" }))).toEqual({ lat: 1e39, lon: 1 });
});
