import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { coordinates } from "./app-coordinates.ts";
import { type World, worlds } from "./app-worlds.ts";

const mongoUrl = mongoForFile();

const april = "inDate=2015-04-09&outDate=2015-04-10";
const user1 = "username=Cornell_1&password=1111111111";
const stranger = "username=Cornell_1&password=x";
const booked = '{"message":"Reserve successfully!"}\n';
const full = '{"message":"Failed. Already reserved. "}\n';
const badLogin = '{"message":"Failed. Please check your username and password. "}\n';
const loggedIn = '{"message":"Login successfully!"}\n';
const nothing = '{"features":[],"type":"FeatureCollection"}\n';
const badDates = "Please check inDate/outDate format (YYYY-MM-DD)\n";
const noPoint = "Please specify location params\n";
const noDates = "Please specify inDate/outDate params\n";
const noLogin = "Please specify username and password\n";
const hotel2 =
  '{"features":[{"geometry":{"coordinates":[-122.4005,37.7854],"type":"Point"},"id":"2","properties":' +
  '{"name":"W San Francisco","phone_number":"(415) 777-5300"},"type":"Feature"}],"type":"FeatureCollection"}\n';

describe.each(Object.keys(worlds))("the application %s", (name) => {
  let world: World;
  beforeAll(async () => {
    const start = worlds[name];
    if (start) world = await start(mongoUrl());
  }, 60_000);
  afterAll(() => world?.close());

  async function ask(path: string, method = "GET"): Promise<[status: number, body: string]> {
    const response = await fetch(`${world.app.url}${path}`, { method });
    return [response.status, await response.text()];
  }

  async function features(path: string) {
    const [status, body] = await ask(path);
    expect(status).toBe(200);
    const { features } = JSON.parse(body) as { features: Feature[] };
    return features;
  }

  async function hotels(days: string, point = "lat=38.0235&lon=-122.095") {
    return (await features(`/hotels?${days}&${point}`)).map(({ id }) => id);
  }

  function book(hotelId: string, days: string, number?: string, login = user1) {
    const rooms = number === undefined ? "" : `&number=${number}`;
    return ask(`/reservation?${days}&hotelId=${hotelId}&customerName=a&${login}${rooms}`, "POST");
  }

  test.each([
    ["37.7749", "-122.4194", ["2", "1", "3"]],
    ["38.0235", "-122.095", ["39", "42"]],
    ["37.9", "-122.2", ["24", "21"]],
    ["38.1", "-122.0", ["54", "51"]],
    ["38.264", "-121.927", ["69", "72"]],
    ["37.783", "-122.252", ["9", "12"]],
    ["37.784", "-122.251", ["9", "12"]],
    ["37.842", "-122.183", ["18", "21"]],
    ["0", "0", []],
    ["500", "500", []],
    ["-3e38", "3e38", []],
  ])("hotels near %s, %s come dearest first", async (lat, lon, ids) => {
    expect(await hotels(april, `lat=${lat}&lon=${lon}`)).toEqual(ids);
  });

  test.each([
    ["dis", "37.7749", "-122.4194", ["5"]],
    ["dis", "38.0235", "-122.095", ["40"]],
    ["dis", "37.783", "-122.252", ["10"]],
    ["dis", "38.264", "-121.927", ["70"]],
    ["dis", "0", "0", ["80"]],
    ["rate", "0", "0", ["9", "24", "39", "54", "69"]],
    ["price", "38.0235", "-122.095", ["2"]],
  ])("by %s from %s, %s the right hotels are recommended", async (require, lat, lon, ids) => {
    const found = await features(`/recommendations?require=${require}&lat=${lat}&lon=${lon}`);

    expect(found.map(({ id }) => id)).toEqual(ids);
  });

  test.each(Object.entries(coordinates))("hotel %s stands at %s", async (id, text) => {
    const [lon, lat] = JSON.parse(text);
    const [, body] = await ask(`/recommendations?require=dis&lat=${lat}&lon=${lon}`);

    expect(body).toContain(`{"geometry":{"coordinates":${text},"type":"Point"},"id":"${id}"`);
  });

  test.each([
    ["/user?username=Cornell_42&password=42424242424242424242", 200, loggedIn],
    ["/user?username=Cornell_42&password=x", 200, badLogin],
    ["/user?username=Cornell_501&password=501501501501501501501501501501", 200, badLogin],
    ["/user?username=%FF&password=x", 200, badLogin],
    ["/user?username=Cornell_42", 400, noLogin],
    ["/hotels?lat=1&lon=1", 400, noDates],
    [`/hotels?${april}&lat=0&lon=0`, 200, nothing],
    [`/hotels?${april}&lat=0`, 400, noPoint],
    [`/hotels?${april}&lat=nil&lon=nil`, 400, noPoint],
    [`/hotels?${april}&lat=NaN&lon=0`, 400, noPoint],
    [`/hotels?${april}&lat=inf&lon=0`, 400, noPoint],
    [`/hotels?${april}&lat=1e39&lon=0`, 400, noPoint],
    ["/hotels?inDate=2015-02-30&outDate=2015-03-02&lat=0&lon=0", 400, badDates],
    ["/hotels?inDate=2015-04-10&outDate=2015-04-09&lat=0&lon=0", 400, badDates],
    ["/hotels?inDate=2015-04-09&outDate=2015-04-09&lat=0&lon=0", 400, badDates],
    ["/hotels?inDate=2015-04-09&outDate=2017-04-09&lat=0&lon=0", 400, badDates],
    ["/hotels?inDate=x&outDate=2015-04-09&lat=38.0235&lon=-122.095", 400, badDates],
    ["/recommendations?lat=1&require=dis", 400, noPoint],
    ["/recommendations?lat=x&lon=1&require=dis", 400, noPoint],
    ["/recommendations?lat=1&lon=1&require=cheap", 400, "Please specify require params\n"],
    ["/recommendations?require=price&lat=38.0235&lon=-122.095", 200, hotel2],
    [`/reservation?hotelId=1&customerName=a&${user1}`, 400, noDates],
    [`/reservation?inDate=2015-4-9&outDate=2015-04-10&hotelId=1&${user1}`, 400, badDates],
    [`/reservation?inDate=2015-99-99&outDate=2015-04-10&hotelId=1&${user1}`, 400, badDates],
    [`/reservation?${april}&customerName=a&${user1}`, 400, "Please specify hotelId params\n"],
    [`/reservation?${april}&hotelId=1&${user1}`, 400, "Please specify customerName params\n"],
    [`/reservation?${april}&hotelId=1&customerName=a`, 400, noLogin],
    [`/review?${user1}&hotelId=1`, 200, '{"message":"Have reviews = 4"}\n'],
    [`/review?${user1}&hotelId=2`, 200, '{"message":"Have reviews = 2"}\n'],
    [`/review?${user1}&hotelId=3`, 200, '{"message":"Failed. No Reviews. "}\n'],
    [`/review?${user1}&hotelId=a%20b`, 200, '{"message":"Failed. No Reviews. "}\n'],
    [`/restaurants?${user1}&hotelId=1`, 200, '{"message":"Have restaurants = 5"}\n'],
    [`/restaurants?${user1}&hotelId=7`, 200, '{"message":"Failed. No Restaurants. "}\n'],
    [`/museums?${user1}&hotelId=6`, 200, '{"message":"Have museums = 1"}\n'],
    [`/museums?${user1}&hotelId=x`, 200, '{"message":"Failed. No Museums. "}\n'],
    [`/cinema?${user1}&hotelId=1`, 200, '{"message":"Failed. No Cinemas. "}\n'],
    ...["review", "restaurants", "museums", "cinema"].flatMap(
      (path): [string, number, string][] => [
        [`/${path}?${stranger}&hotelId=1`, 200, badLogin],
        [`/${path}?${user1}`, 400, "Please specify hotelId params\n"],
        [`/${path}?hotelId=1`, 400, noLogin],
      ],
    ),
    ["/no-such-page", 404, "404 page not found\n"],
    ["/hotels/", 404, "404 page not found\n"],
  ] as [string, number, string][])("GET %s is answered %i %j", async (path, status, body) => {
    expect(await ask(path)).toEqual([status, body]);
  });

  test.each([
    ["201", full],
    ["2147483647", full],
  ])("a booking of %s rooms is more than the hotel has", async (number, answer) => {
    expect(await book("5", april, number)).toEqual([200, answer]);
  });

  test.each(["0", "-1", "abc", "1.5", "%201", "2147483648", "99999999999999999999"])(
    "a booking of %s rooms is no booking",
    async (number) => {
      const complaint = "Please check number format (positive integer)\n";
      expect(await book("5", april, number)).toEqual([400, complaint]);
    },
  );

  test.each(["81", "x", "a%20b", "%0A", "%FF", "1_2", "x".repeat(300)])(
    "hotel %s does not exist, and is never free",
    async (hotelId) => {
      expect(await book(hotelId, april, "1")).toEqual([200, full]);
      expect(await book(hotelId, april)).toEqual([200, full]);
    },
  );

  test("the seed's booking counts: of 200 rooms 199 are left", async () => {
    expect(await book("4", april, "200")).toEqual([200, full]);
    expect(await book("4", april, "199")).toEqual([200, booked]);
    expect(await book("4", april, "1")).toEqual([200, full]);
  });

  test("nobody books with a wrong password, free or not", async () => {
    const days = "inDate=2016-01-01&outDate=2016-01-02";

    expect(await book("6", days, "200", stranger)).toEqual([200, badLogin]);
    expect(await book("6", days, "201", stranger)).toEqual([200, badLogin]);
    expect(await book("6", days, "200")).toEqual([200, booked]);
  });

  test("HEAD and other methods never book", async () => {
    const days = "inDate=2016-01-01&outDate=2016-01-02";
    const path = `/reservation?${days}&hotelId=5&customerName=a&${user1}&number=200`;

    expect(await ask(path, "HEAD")).toEqual([200, ""]);
    for (const method of ["PUT", "DELETE", "OPTIONS"]) {
      expect((await ask(path, method))[0]).toBe(405);
    }
    expect(await book("5", days, "200")).toEqual([200, booked]);
  });

  test("a booking that says no number takes no room", async () => {
    const days = "inDate=2016-02-01&outDate=2016-02-02";

    expect(await book("5", days)).toEqual([200, booked]);
    expect(await book("5", days, "200")).toEqual([200, booked]);
    expect(await book("5", days)).toEqual([200, booked]);
  });

  test("a year can be booked, and a day more cannot", async () => {
    expect(await book("2", "inDate=2020-01-01&outDate=2021-01-01", "1")).toEqual([200, booked]);
    expect(await book("2", "inDate=2020-01-01&outDate=2021-01-02", "1")).toEqual([400, badDates]);
  });

  test("availability agrees with the bookings, also without the cache", async () => {
    const may = (from: string, to: string) => `inDate=2015-05-${from}&outDate=2015-05-${to}`;

    expect(await book("39", may("09", "11"), "199")).toEqual([200, booked]);
    expect(await hotels(may("09", "11"))).toEqual(["39", "42"]);
    expect(await book("39", may("10", "12"), "2")).toEqual([200, full]);
    expect(await book("39", may("10", "12"), "1")).toEqual([200, booked]);
    expect(await hotels(may("09", "10"))).toEqual(["39", "42"]);
    expect(await hotels(may("11", "12"))).toEqual(["39", "42"]);
    expect(await hotels(may("12", "13"))).toEqual(["39", "42"]);
    expect(await hotels(may("10", "11"))).toEqual(["42"]);
    expect(await hotels(may("09", "13"))).toEqual(["42"]);
    await world.emptyReservationCache();
    expect(await hotels(may("10", "11"))).toEqual(["42"]);
    expect(await hotels(may("09", "13"))).toEqual(["42"]);
  });

  test("GET books as POST does, from the absolute URL that load generators send", async () => {
    const path = `/reservation?inDate=2016-03-01&outDate=2016-03-02&hotelId=1&customerName=a&${user1}&number=1`;

    expect(await ask(`${path}&lat=nil&lon=nil`)).toEqual([200, booked]);
  });

  test("every answer of a route may be read by any page, failures too", async () => {
    for (const path of [`/hotels?${april}&lat=0&lon=0`, "/hotels", `/review?${user1}&hotelId=1`]) {
      const response = await fetch(`${world.app.url}${path}`);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
  });
});

interface Feature {
  readonly id: string;
}
