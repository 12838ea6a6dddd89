import { testCall } from "@faultline/rpc/test-call";
import { onTestFinished } from "vitest";
import type { Mongo } from "../mongo.ts";
import { connectMongo } from "../mongo-client.ts";
import { createMemoryMongo } from "../mongo-memory.ts";
import type { Observation } from "../observation.ts";
import { mongoForFile } from "./mongod-server.ts";

// One for each file of tests that imports this.
const serverUrl = mongoForFile();

/** What a test keeps in a collection. */
export interface Night {
  readonly _id?: string;
  readonly hotelId: string;
  readonly total: number;
  readonly pending?: readonly string[];
}

/** The same with int64s. */
export interface Timeline {
  readonly user_id: bigint;
  readonly posts: readonly { readonly post_id: bigint; readonly timestamp: bigint }[];
}

/** Those that both must keep what is promised: the client with a real server, and its twin in memory. */
export const databases = [
  {
    name: "MongoDB",
    async open(observation: Partial<Observation> = {}): Promise<Mongo> {
      const database = `stores-${crypto.randomUUID()}`;
      const mongo = connectMongo({
        service: "rate",
        peer: "mongodb-rate",
        url: serverUrl(),
        database,
        bigints: true,
        ...observation,
      });
      onTestFinished(() => mongo.close());
      return mongo;
    },
  },
  {
    name: "the in-memory database",
    async open(observation: Partial<Observation> = {}): Promise<Mongo> {
      return createMemoryMongo({ service: "rate", peer: "mongodb-rate", ...observation });
    },
  },
];

/** A night for a hotel. */
export const night = (hotelId: string, total: number): Night => ({ hotelId, total });

/** The collection of nights of a database of its own. */
export async function openNights(open: (typeof databases)[number]["open"], nights: Night[] = []) {
  const mongo = await open();
  const collection = mongo.collection<Night>("night");
  await collection.insertMany(nights, testCall());
  return collection;
}

/** The first integer whose successor a double does not have. */
export const beyond = 2n ** 53n;

/** Three posts, of which two are of the same instant and have ids that a double cannot tell apart. */
export const timeline: Timeline = {
  user_id: -1n,
  posts: [
    { post_id: 7n, timestamp: 30n },
    { post_id: beyond + 1n, timestamp: 20n },
    { post_id: beyond, timestamp: 20n },
  ],
};

/** The collection of timelines of a database of its own: that one, and an empty one of another user. */
export async function openTimelines(open: (typeof databases)[number]["open"]) {
  const mongo = await open();
  const timelines = mongo.collection<Timeline>("timeline");
  await timelines.insertMany([timeline, { user_id: 2n, posts: [] }], testCall());
  return timelines;
}
