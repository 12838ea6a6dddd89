import { expect, test } from "vitest";
import { requestAt } from "../journey.ts";
import { hotelMix } from "./mix.ts";
import { nearby } from "./nearby.ts";
import { hotelById, hotels } from "./seed-data.ts";

const seed = 1;
const requestsCount = 50_000;
const drawn = Array.from({ length: requestsCount }, (_, i) => requestAt(hotelMix, seed, i));
const targets = drawn.map(({ target }) => target);

/** How many of the requests there are, of a hundred. */
function percent(matching: (target: string) => boolean, of = targets): number {
  return (100 * of.filter(matching).length) / of.length;
}

/** Every value of a parameter that was drawn, in order. */
function values(path: string, name: string): string[] {
  const urls = targets.filter((target) => target.startsWith(`${path}?`));
  const found = urls.map((target) => new URLSearchParams(target.split("?")[1]).get(name) ?? "");
  return [...new Set(found)].sort();
}

test.each([
  ["/hotels", 60],
  ["/recommendations", 39],
  ["/user", 0.5],
  ["/reservation", 0.5],
])("of a hundred requests %s gets %d", (path, share) => {
  const found = percent((target) => target.startsWith(`${path}?`));

  expect(Math.abs(found - share)).toBeLessThan(share / 4);
});

test("a third each asks for the nearest, the best and the cheapest hotel", () => {
  const recommendations = targets.filter((target) => target.startsWith("/recommendations"));

  for (const wish of ["dis", "rate", "price"]) {
    const found = percent((target) => target.includes(`require=${wish}&`), recommendations);
    expect(Math.abs(found - 33.3)).toBeLessThan(2);
  }
});

const day = "2015-04-[012]\\d";
const stay = `inDate=${day}&outDate=${day}`;
const place = "lat=3[78](\\.\\d{1,4})?&lon=-12[12](\\.\\d{1,3})?";
const user = "username=Cornell_\\d{1,3}&password=(\\d{10}){1,3}";
const booking = "lat=nil&lon=nil&hotelId=\\d{1,2}&customerName=Cornell_\\d{1,3}";

test.each([
  ["search", `GET /hotels\\?${stay}&${place}`],
  ["recommend", `GET /recommendations\\?require=(dis|rate|price)&${place}`],
  ["login", `POST /user\\?${user}`],
  ["reserve", `POST /reservation\\?${stay}&${booking}&${user}&number=1`],
])("a %s has its parameters in the original's order and form", (operation, form) => {
  const whole = new RegExp(`^${form}$`);
  const own = drawn.filter((request) => request.operation === operation);
  const lines = own.map(({ method, target }) => `${method} ${target}`);

  expect(lines.find((line) => !whole.test(line))).toBeUndefined();
});

test("the places are those of the original, printed as Lua prints them", () => {
  const lats = values("/hotels", "lat").map(Number);
  const lons = values("/hotels", "lon").map(Number);

  expect([lats.length, Math.min(...lats), Math.max(...lats)]).toEqual([482, 37.783, 38.264]);
  expect([lons.length, Math.min(...lons), Math.max(...lons)]).toEqual([326, -122.252, -121.927]);
});

test("searches are for nights of 9 to 24 April, bookings for one to five nights", () => {
  expect(values("/hotels", "inDate").at(0)).toBe("2015-04-09");
  expect(values("/hotels", "inDate").at(-1)).toBe("2015-04-23");
  expect(values("/hotels", "outDate").at(0)).toBe("2015-04-10");
  expect(values("/hotels", "outDate").at(-1)).toBe("2015-04-24");
  expect(values("/reservation", "outDate").at(-1)).toBe("2015-04-28");
  const ids = values("/reservation", "hotelId").map(Number);
  expect([Math.min(...ids), Math.max(...ids)]).toEqual([1, 80]);
});

test("a seed gives the same traffic again, another seed another traffic", () => {
  const again = Array.from({ length: 100 }, (_, i) => requestAt(hotelMix, seed, i).target);
  const other = Array.from({ length: 100 }, (_, i) => requestAt(hotelMix, seed + 1, i).target);

  expect(again).toEqual(targets.slice(0, 100));
  expect(other.filter((target, i) => target === again[i]).length).toBeLessThan(5);
});

test("the shares of the mix add up to one", () => {
  expect(hotelMix.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
});

test("a search finds as many hotels as the contract has measured over all places", () => {
  const places = hotels.map(({ id, searched }) => ({ id, at: searched }));
  const searches = targets.filter((target) => target.startsWith("/hotels")).slice(0, 4_000);
  const found = searches.map((target) => {
    const query = new URLSearchParams(target.split("?")[1]);
    const [lat = 0, lon = 0] = ["lat", "lon"].map((name) => Math.fround(Number(query.get(name))));
    return nearby(places, { lat, lon }).filter((id) => hotelById.get(id)?.rated).length;
  });

  const share = (count: number) => found.filter((each) => each === count).length / found.length;
  expect(Math.abs(share(0) - 0.4869)).toBeLessThan(0.03);
  expect(Math.abs(share(1) - 0.1768)).toBeLessThan(0.03);
  expect(Math.abs(share(2) - 0.3363)).toBeLessThan(0.03);
});
