import { testCall } from "@faultline/rpc/test-call";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import { type Fate, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { expect, test } from "vitest";
import { keepRepaired } from "./keep-repaired.ts";
import { book, bookedRooms, mongoOfHotels, replica } from "./reservation-testing.ts";

const stay = { hotelId: "1", inDate: "2015-04-09", outDate: "2015-04-11", rooms: 1 };

test("half a booking disappears by itself, though nobody asks for its nights", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  let insertions = 0;
  const dying = troubledMongo(mongo, (_, operation) => {
    if (operation === "insert reservation") insertions++;
    return insertions > 1 ? "failed" : "done";
  });
  const dead = replica({ mongo: dying, cache: createMemoryCache() });
  await expect(book(dead.client, stay)).rejects.toMatchObject({ code: "unavailable" });
  expect(await bookedRooms(mongo)).toEqual({ "1_2015-04-10": 1 });
  const now = () => Date.now() + 3_600_000;
  const { repair } = replica({ mongo, cache: createMemoryCache(), now });
  const stopping = new AbortController();

  const keeping = keepRepaired(repair, testCall(), { signal: stopping.signal, everyMs: 1 });

  await expect.poll(() => bookedRooms(mongo)).toEqual({});
  stopping.abort();
  await keeping;
});

test("an outage of the database does not end the sweeping", async () => {
  const mongo = await mongoOfHotels({ "1": 5 });
  let fate: Fate = "failed";
  const troubled = troubledMongo(mongo, () => fate);
  const { repair } = replica({ mongo: troubled, cache: createMemoryCache() });
  const stopping = new AbortController();
  const keeping = keepRepaired(repair, testCall(), { signal: stopping.signal, everyMs: 1 });
  await expect.poll(() => troubled.steps()).toBeGreaterThan(3);

  fate = "done";
  const before = troubled.steps();
  await expect.poll(() => troubled.steps()).toBeGreaterThan(before + 3);

  stopping.abort();
  await keeping;
});
