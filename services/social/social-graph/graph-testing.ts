import { connectInMemory, serveInMemory } from "@faultline/rpc/memory";
import { testCall } from "@faultline/rpc/test-call";
import type { Mongo } from "@faultline/stores/mongo";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import type { Redis } from "@faultline/stores/redis";
import { connectRedis } from "@faultline/stores/redis-client";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { redisForFile } from "@faultline/stores/testing/redis-server";
import type { Logger } from "@faultline/telemetry/logger";
import {
  SocialGraphService,
  type SocialGraphServiceClient,
  type UserServiceClient,
} from "@faultline/thrift/social";
import { expect, onTestFinished } from "vitest";
import { lookCountsMs as usualLookCountsMs } from "./changing.ts";
import { collectionName, type Edge, type GraphDocument } from "./graph-document.ts";
import { seedSocialGraph } from "./seed.ts";
import { createSocialGraph } from "./social-graph.ts";

export interface ReplicaSettings {
  readonly mongo: Mongo;
  readonly redis: Redis;
  readonly users?: Pick<UserServiceClient, "getUserId">;
  readonly now?: () => number;
  readonly log?: Logger;
  /** Long unless told otherwise, so that a busy machine is not taken for a Redis that is gone. */
  readonly redisLimitMs?: number;
  readonly lookCountsMs?: number;
}

/** A replica of the service: its client, and its repair. */
export function replica(settings: ReplicaSettings) {
  const { mongo, redis, now = Date.now, users, log = testCall().log } = settings;
  const { redisLimitMs = 20_000, lookCountsMs = usualLookCountsMs } = settings;
  const callee = { ...users } as UserServiceClient;
  const { handlers, repair } = createSocialGraph({
    mongo,
    redis,
    now,
    redisLimitMs,
    lookCountsMs,
    users: callee,
  });
  const service = "social-graph";
  const server = serveInMemory({
    ...{ contract: SocialGraphService, handlers, layers: [], service, log },
  });
  const { client, close } = connectInMemory({
    ...{ contract: SocialGraphService, server, layers: [], service: "test", peer: service },
  });
  onTestFinished(async () => {
    close();
    await server.close();
  });
  return { client, repair };
}

/** A service whose cached lists count from the start, on stores in memory unless told otherwise. */
export async function startedReplica(settings: Partial<ReplicaSettings> = {}) {
  const stores = { mongo: createMemoryMongo(), redis: createMemoryRedis(), ...settings };
  await seedSocialGraph(stores.mongo, testCall());
  const { client, repair } = replica(stores);
  await repair.sweep(testCall());
  return { ...stores, client, repair };
}

/** Stores in memory, and real ones for all tests of a file: call it at its top. */
export function bothWorlds() {
  const mongoUrl = mongoForFile();
  const redisUrl = redisForFile();
  return [
    {
      name: "in memory",
      open: async () => ({ mongo: createMemoryMongo(), redis: createMemoryRedis() }),
    },
    {
      name: "on real stores",
      open: async () => ({ mongo: openMongo(mongoUrl()), redis: openRedis(redisUrl()) }),
    },
  ];
}

/** A database of its own on this server. */
export function openMongo(url: string): Mongo {
  const database = `social-graph-${crypto.randomUUID()}`;
  const names = { service: "social-graph", peer: "social-graph-mongodb" };
  const mongo = connectMongo({ ...names, url, database, bigints: true });
  onTestFinished(() => mongo.close());
  return mongo;
}

/** Tests of a file that share a Redis use different users. */
export function openRedis(url: string): Redis {
  const names = { service: "social-graph", peer: "social-graph-redis" };
  const redis = connectRedis({ ...names, url, timeoutMs: 20_000 });
  onTestFinished(() => redis.close());
  return redis;
}

let usersBefore = 0n;

/** Three users that no other test of the file has, so that tests can share a Redis. */
export function threeUsers(): [bigint, bigint, bigint] {
  usersBefore += 10n;
  return [usersBefore, usersBefore + 1n, usersBefore + 2n];
}

export const follow = (client: SocialGraphServiceClient, userId: bigint, followeeId: bigint) =>
  client.follow({ reqId: 1n, userId, followeeId }, testCall());

export const unfollow = (client: SocialGraphServiceClient, userId: bigint, followeeId: bigint) =>
  client.unfollow({ reqId: 1n, userId, followeeId }, testCall());

export const insertUser = (client: SocialGraphServiceClient, userId: bigint) =>
  client.insertUser({ reqId: 1n, userId }, testCall());

export const followersOf = (client: SocialGraphServiceClient, userId: bigint) =>
  client.getFollowers({ reqId: 1n, userId }, testCall());

export const followeesOf = (client: SocialGraphServiceClient, userId: bigint) =>
  client.getFollowees({ reqId: 1n, userId }, testCall());

/** Everything in the database, by user. */
export async function documentsIn(mongo: Mongo): Promise<GraphDocument[]> {
  const documents = mongo.collection<GraphDocument>(collectionName);
  return await documents.find({}, testCall(), { sort: { user_id: 1 } });
}

/** Every edge twice: as the followers' documents tell, and as the followees' do. */
export async function edgesIn(mongo: Mongo): Promise<{ forth: string[]; back: string[] }> {
  const all = await documentsIn(mongo);
  const told = (side: "followees" | "followers", text: (user: bigint, edge: Edge) => string) =>
    all
      .flatMap((document) => document[side]?.map((edge) => text(document.user_id, edge)) ?? [])
      .sort();
  return {
    forth: told("followees", (user, edge) => `${user} → ${edge.user_id} @${edge.timestamp}`),
    back: told("followers", (user, edge) => `${edge.user_id} → ${user} @${edge.timestamp}`),
  };
}

/** Both sides tell the same edges, each once, and nothing is left to be done. Answers the edges. */
export async function expectAgreement(mongo: Mongo): Promise<string[]> {
  const { forth, back } = await edgesIn(mongo);
  expect(back).toEqual(forth);
  const withoutTime = forth.map((edge) => edge.split(" @")[0]);
  expect(withoutTime).toEqual([...new Set(withoutTime)]);
  const pending = (await documentsIn(mongo)).flatMap((document) => document.pending ?? []);
  expect(pending).toEqual([]);
  return forth;
}
