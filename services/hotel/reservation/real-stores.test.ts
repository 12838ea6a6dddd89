import { setTimeout as sleep } from "node:timers/promises";
import { testCall } from "@faultline/rpc/test-call";
import { connectMemcached } from "@faultline/stores/memcached-client";
import { connectMongo } from "@faultline/stores/mongo-client";
import type { ChildServer } from "@faultline/stores/testing/child-server";
import { eventually } from "@faultline/stores/testing/eventually";
import { startMemcached } from "@faultline/stores/testing/memcached-server";
import { startMongod } from "@faultline/stores/testing/mongod-server";
import { expect, onTestFinished, test } from "vitest";
import type { BookedNight } from "./bookings.ts";
import type { HotelRooms } from "./capacities.ts";
import { bookedRooms, expectOrder, isFree, replica } from "./reservation-testing.ts";

const rooms = 40;
const days = ["2015-04-09", "2015-04-10", "2015-04-11", "2015-04-12"];
const hourMs = 3_600_000;

async function startStores() {
  const [mongod, memcached] = await Promise.all([startMongod(), startMemcached()]);
  const mongo = connectMongo({
    ...{ url: `mongodb://${mongod.address}/`, database: "reservation-db" },
    ...{ service: "reservation", peer: "mongodb-reservation" },
  });
  const cache = connectMemcached({
    ...{ addresses: [memcached.address], service: "reservation", peer: "memcached-reserve" },
  });
  onTestFinished(async () => {
    await cache.close();
    await mongo.close();
  });
  const hotel = { hotelId: "1", numberOfRoom: rooms };
  await mongo.collection<HotelRooms>("number").insertMany([hotel], testCall());
  return { mongod, memcached, mongo, cache };
}

/** What a client was told, by the name of the customer. */
type Outcomes = Map<string, boolean | "failed">;

/** Clients that book short stays, each one after the other, until they have made their number of attempts. */
async function bookFrom(
  clients: readonly ReturnType<typeof replica>[],
  attempts: number,
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  const bookOne = async (client: number, attempt: number) => {
    const customerName = `guest ${client}.${attempt}`;
    const first = (client + attempt) % 3;
    const request = {
      ...{ customerName, hotelId: ["1"], inDate: days[first] ?? "" },
      ...{ outDate: days[first + 1 + (attempt % (3 - first))] ?? "", roomNumber: 1 },
    };
    const service = clients[client % clients.length]?.client;
    const booked = await service
      ?.makeReservation(request, testCall())
      .catch(() => "failed" as const);
    if (booked === "failed") await sleep(20);
    outcomes.set(customerName, booked === "failed" ? "failed" : booked?.hotelId.length === 1);
  };
  const work = Array.from({ length: 16 }, async (_, client) => {
    for (let attempt = 0; attempt < attempts; attempt++) await bookOne(client, attempt);
  });
  await Promise.all(work);
  return outcomes;
}

/** Kills a server and starts it again, over and over, while the work goes on. */
async function killDuring<Result>(server: ChildServer, work: Promise<Result>): Promise<Result> {
  let over = false;
  const killing = (async () => {
    while (!over) {
      await sleep(120);
      await server.kill();
      await server.start();
    }
  })();
  try {
    return await work;
  } finally {
    over = true;
    await killing;
  }
}

test("the database is killed again and again: no acknowledged booking is lost, none is half, none too many", async () => {
  const { mongod, mongo, cache } = await startStores();
  const replicas = [replica({ mongo, cache }), replica({ mongo, cache })];

  const outcomes = await killDuring(mongod, bookFrom(replicas, 12));
  const later = replica({ mongo, cache, now: () => Date.now() + hourMs });
  await eventually(() => later.repair.overhaul(testCall()));

  const documents = await mongo.collection<BookedNight>("reservation").find({}, testCall());
  const customers = new Set(documents.map(({ customerName }) => customerName));
  const told = (outcome: boolean | "failed") =>
    [...outcomes].filter(([, each]) => each === outcome).map(([customer]) => customer);
  expect(told(true).filter((customer) => !customers.has(customer))).toEqual([]);
  expect(told(false).filter((customer) => customers.has(customer))).toEqual([]);
  expect(told("failed").length).toBeGreaterThan(0);
  const booked = Object.values(await bookedRooms(mongo));
  expect(Math.max(...booked)).toBeLessThanOrEqual(rooms);
  await expectOrder(mongo);
}, 120_000);

test("the cache is killed again and again: no booking fails, and the search agrees with the bookings", async () => {
  const { memcached, mongo, cache } = await startStores();
  const replicas = [replica({ mongo, cache }), replica({ mongo, cache })];

  const outcomes = await killDuring(memcached, bookFrom(replicas, 12));

  expect([...outcomes.values()]).not.toContain("failed");
  await expectOrder(mongo);
  const booked = await bookedRooms(mongo);
  expect(Math.max(...Object.values(booked))).toBe(rooms);
  for (const [index, outDate] of days.slice(1).entries()) {
    const night = { hotelId: "1", inDate: days[index] ?? "", outDate };
    const free = rooms - (booked[`1_${outDate}`] ?? 0);
    for (const { client } of replicas) {
      expect(await isFree(client, { ...night, rooms: free })).toBe(true);
      expect(await isFree(client, { ...night, rooms: free + 1 })).toBe(false);
    }
  }
}, 120_000);
