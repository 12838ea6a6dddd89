import { Bookings } from "@faultline/loadgen/hotel/bookings";
import { hotelMix, searchFor } from "@faultline/loadgen/hotel/mix";
import type { Mix } from "@faultline/loadgen/journey";
import { type Random, uniformInteger } from "@faultline/loadgen/random";
import { trafficOf } from "@faultline/loadgen/runner/traffic";
import { type Document, MongoClient } from "mongodb";
import { costOf } from "./cost.ts";
import { Load } from "./load.ts";
import type { Stack } from "./stack.ts";

type Say = (line: string) => void;

const hotelCounts = [80, 1_000, 10_000, 100_000];
const nightCounts = [1, 5, 14];
const connectionCounts = [1, 8, 32, 128];
const usualConnections = 32;
/** So many requests are measured, after as many that nobody measures. */
const measured = 10_000;
const insertedAtOnce = 5_000;

/** How the cost of a request grows with nights of a search, connections, and hotels. */
export async function growHotel(stack: Stack, say: Say): Promise<void> {
  const bookings = new Bookings("fresh");
  const show = async (what: string, now: Stack, mix: Mix<Bookings>, connections: number) =>
    say(await rowOf(what, { stack: now, mix, bookings, connections }));

  say("the mix           CPU of a request, ms: services  stores");
  for (const connections of connectionCounts) {
    await show(`${connections} connections`, stack, hotelMix, connections);
  }
  for (const nights of nightCounts) {
    await show(`${nights} nights searched`, stack, searching(nights), usualConnections);
  }
  let present = hotelCounts[0] ?? 0;
  for (const hotels of hotelCounts) {
    await addHotels(stack, present, hotels);
    present = hotels;
    const now = await stack.restarted(readers(stack));
    await show(`${hotels} hotels`, now, hotelMix, usualConnections);
  }
}

/** They read all hotels when they start: two services, or the process that all services are in. */
function readers({ processes }: Stack): readonly string[] {
  return processes
    .map(({ name }) => name)
    .filter((name) => ["geo", "recommendation", "hotel"].includes(name));
}

interface Measured {
  readonly stack: Stack;
  readonly mix: Mix<Bookings>;
  readonly bookings: Bookings;
  readonly connections: number;
}

let nextSeed = 1;

async function rowOf(
  what: string,
  { stack, mix, bookings, connections }: Measured,
): Promise<string> {
  const load = new Load(trafficOf(mix, bookings, nextSeed++), stack.url, connections);
  try {
    await load.warmUp(measured);
    const { servicesMs, storesMs } = await costOf(stack, measured, () => load.warmUp(measured));
    const cells = [servicesMs, storesMs].map((value) => value.toFixed(2).padStart(9));
    return `${what.padEnd(20)}${cells.join(" ")}`;
  } finally {
    await load.close();
  }
}

/** Searches of so many nights each. */
function searching(nights: number): Mix<Bookings> {
  const journey = (random: Random) => {
    const firstNight = uniformInteger(random, 9, 24 - nights);
    return searchFor({ firstNight, endDay: firstNight + nights }, random);
  };
  return [{ operation: "search", share: 1, method: "GET", path: "/hotels", journey }];
}

/**
 * Written as the seed would write them, far from where anybody searches, neither good nor cheap: so the answers stay
 * what they are, and are judged as ever.
 */
async function addHotels(stack: Stack, from: number, to: number): Promise<void> {
  for (let first = from + 1; first <= to; first += insertedAtOnce) {
    const last = Math.min(to, first + insertedAtOnce - 1);
    const ids = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    await Promise.all(
      stores.map(({ service, database, collection, documentOf }) =>
        insert(stack, `mongodb-${service}`, { database, collection }, ids.map(documentOf)),
      ),
    );
  }
}

interface Place {
  readonly database: string;
  readonly collection: string;
}

async function insert(stack: Stack, server: string, place: Place, documents: Document[]) {
  const found = stack.processes.find(({ name }) => name === server);
  if (!found) throw new Error(`there is no ${server}`);
  // Those with access control have this user, those without let everybody in.
  const auth = withUsers.includes(server) ? { auth: rootUser, authSource: "admin" } : {};
  const mongo = new MongoClient(found.url, { directConnection: true, ...auth });
  try {
    await mongo.db(place.database).collection(place.collection).insertMany(documents);
  } finally {
    await mongo.close();
  }
}

const rootUser = { username: "root", password: "root" };
const withUsers = ["mongodb-geo", "mongodb-rate"];

interface HotelStore extends Place {
  readonly service: string;
  readonly documentOf: (hotel: number) => Document;
}

const stores: readonly HotelStore[] = [
  {
    ...{ service: "geo", database: "geo-db", collection: "geo" },
    documentOf: (hotel) => ({ hotelId: `${hotel}`, ...pointOf(hotel) }),
  },
  {
    ...{ service: "recommendation", database: "recommendation-db", collection: "recommendation" },
    documentOf: (hotel) => ({ hotelId: `${hotel}`, ...pointOf(hotel), rate: 1, price: 10_000 }),
  },
  {
    ...{ service: "profile", database: "profile-db", collection: "hotels" },
    documentOf: (hotel) => ({ id: `${hotel}`, name: `Hotel ${hotel}`, address: pointOf(hotel) }),
  },
  {
    ...{ service: "rate", database: "rate-db", collection: "inventory" },
    documentOf: (hotel) => ({
      ...{ hotelId: `${hotel}`, code: "RACK", inDate: "2015-04-09", outDate: "2015-04-24" },
      roomType: { bookableRate: 500, totalRate: 500, totalRateInclusive: 600, code: "KNG" },
    }),
  },
  {
    ...{ service: "reservation", database: "reservation-db", collection: "number" },
    documentOf: (hotel) => ({ hotelId: `${hotel}`, numberOfRoom: 200 }),
  },
];

/** All over a plain of a thousand kilometres, a thousand kilometres away. */
function pointOf(hotel: number): { lat: number; lon: number } {
  return { lat: 30 + (hotel % 317) / 32, lon: -110 + (hotel % 331) / 32 };
}
