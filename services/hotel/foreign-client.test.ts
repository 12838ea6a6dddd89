import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startApp } from "@faultline/service/testing";
import { expect, onTestFinished, test } from "vitest";
import { startRealStores } from "./real-stores.ts";

const python = "/usr/bin/python3";
const hasGrpc = spawnSync(python, ["-c", "import grpc, google.protobuf"]).status === 0;
if (!hasGrpc) {
  console.warn(
    "A foreign gRPC client was NOT tried: on Debian, apt-get install python3-grpcio python3-protobuf",
  );
}

const stay = { inDate: "2015-04-09", outDate: "2015-04-10" };
const hotel2 = ["2"];

/** Each method of each service: what is asked, and what must come back. */
const calls: readonly [service: string, method: string, request: object, answer: object][] = [
  [
    "geo",
    "geo.Geo/Nearby",
    { lat: 37.7749, lon: -122.4194 },
    response({ hotelIds: ["5", "1", "3", "6", "2"] }),
  ],
  [
    "search",
    "search.Search/Nearby",
    { lat: 38.1, lon: -122, ...stay },
    response({ hotelIds: ["54", "51"] }),
  ],
  [
    "rate",
    "rate.Rate/GetRates",
    { hotelIds: hotel2 },
    response({
      ratePlans: [
        expect.objectContaining({
          hotelId: "2",
          roomType: expect.objectContaining({ totalRateInclusive: 153.09 }),
        }),
      ],
    }),
  ],
  [
    "profile",
    "profile.Profile/GetProfiles",
    { hotelIds: hotel2 },
    response({
      hotels: [
        expect.objectContaining({
          id: "2",
          name: "W San Francisco",
          phoneNumber: "(415) 777-5300",
        }),
      ],
    }),
  ],
  [
    "recommendation",
    "recommendation.Recommendation/GetRecommendations",
    { require: "price" },
    response({ HotelIds: hotel2 }),
  ],
  [
    "user",
    "user.User/CheckUser",
    { username: "Cornell_42", password: "42".repeat(10) },
    response({ correct: true }),
  ],
  ["user", "user.User/CheckUser", { username: "Cornell_42", password: "42" }, response({})],
  [
    "reservation",
    "reservation.Reservation/CheckAvailability",
    { hotelId: ["1", "999"], ...stay, roomNumber: 1 },
    response({ hotelId: ["1"] }),
  ],
  [
    "reservation",
    "reservation.Reservation/MakeReservation",
    { customerName: "a", hotelId: ["1"], ...stay, roomNumber: 200 },
    response({ hotelId: ["1"] }),
  ],
  [
    "reservation",
    "reservation.Reservation/CheckAvailability",
    { hotelId: ["1"], ...stay, roomNumber: 1 },
    response({}),
  ],
  [
    "reservation",
    "reservation.Reservation/MakeReservation",
    { hotelId: [], ...stay, roomNumber: 1 },
    { code: "INVALID_ARGUMENT", details: expect.any(String) },
  ],
  [
    "review",
    "review.Review/GetReviews",
    { hotelId: "2" },
    response({
      reviews: [
        expect.objectContaining({ reviewId: "5", hotelId: "2" }),
        expect.objectContaining({ reviewId: "6" }),
      ],
    }),
  ],
  [
    "attractions",
    "attractions.Attractions/NearbyRest",
    { hotelId: "1" },
    response({ attractionIds: ["1", "5", "4", "2", "3"] }),
  ],
  [
    "attractions",
    "attractions.Attractions/NearbyMus",
    { hotelId: "1" },
    response({ attractionIds: ["4"] }),
  ],
  ["attractions", "attractions.Attractions/NearbyCinema", { hotelId: "1" }, response({})],
];

function response(answer: object) {
  return { response: answer };
}

test.skipIf(!hasGrpc)(
  "a gRPC client of another language gets right answers from every service",
  async () => {
    const app = await startApp("hotel", { servers: await startRealStores() });
    onTestFinished(() => app.close());
    const asked = calls.map(([service, method, request]) => ({
      address: app.address(service),
      method,
      request,
    }));
    expect(await ask(asked)).toEqual(calls.map(([, , , answer]) => answer));
  },
);

async function ask(asked: readonly object[]): Promise<unknown> {
  const descriptors = join(import.meta.dirname, "../../proto/gen/hotel.binpb");
  const client = spawn(python, [join(import.meta.dirname, "foreign-client.py"), descriptors], {
    stdio: ["pipe", "pipe", "inherit"],
    timeout: 25_000,
  });
  client.stdin.end(JSON.stringify(asked));
  return JSON.parse(await text(client.stdout));
}
