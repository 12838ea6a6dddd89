import { expect, test } from "vitest";
import { distanceM, nearby } from "./nearby.ts";
import { hotels } from "./seed-data.ts";

const places = hotels.map(({ id, searched }) => ({ id, at: searched }));

test.each([
  [37.7749, -122.4194, "5,1,3,6,2"],
  [38.0235, -122.095, "40,39,41,38,42"],
  [37.9, -122.2, "23,24,22,25,21"],
  [38.1, -122.0, "52,51,53,50,54"],
  [38.264, -121.927, "70,69,71,68,72"],
  [37.783, -122.252, "10,11,9,12,8"],
  [37.784, -122.251, "11,10,12,9,13"],
  [37.842, -122.183, "20,19,21,18,17"],
  [0, 0, ""],
])("near %d, %d the contract names the hotels %s", (lat, lon, expected) => {
  const centre = { lat: Math.fround(lat), lon: Math.fround(lon) };

  expect(nearby(places, centre).join()).toBe(expected);
});

test("a degree along the equator is 111 195 m", () => {
  expect(Math.round(distanceM({ lat: 0, lon: 0 }, { lat: 0, lon: 1 }))).toBe(111_195);
});
