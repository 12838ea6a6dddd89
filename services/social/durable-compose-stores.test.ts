import { setTimeout as sleep } from "node:timers/promises";
import { testCall } from "@faultline/rpc/test-call";
import { connectMongo } from "@faultline/stores/mongo-client";
import { connectRedis } from "@faultline/stores/redis-client";
import type { ChildServer } from "@faultline/stores/testing/child-server";
import { eventually } from "@faultline/stores/testing/eventually";
import { startMongod } from "@faultline/stores/testing/mongod-server";
import { startRedis } from "@faultline/stores/testing/redis-server";
import { expect, onTestFinished, test } from "vitest";
import {
  expectEverywhereOrNowhere,
  type Followers,
  make,
  prepare,
  replicas,
  type Stores,
  type Wish,
} from "./durable-compose-testing.ts";

const users = Array.from({ length: 12 }, (_, index) => BigInt(index + 1));
const followers: Followers = new Map(
  users.map((author) => [author, users.filter((other) => (other * author) % 3n !== 1n)]),
);

function mongo(server: ChildServer, database: string) {
  const own = { service: "test", peer: `mongodb-${database}`, database, bigints: true };
  const opened = connectMongo({ ...own, url: `mongodb://${server.address}/` });
  onTestFinished(() => opened.close());
  return opened;
}

function redis(server: ChildServer) {
  const opened = connectRedis({
    ...{ url: `redis://${server.address}`, service: "test", peer: "redis", retryAfterMs: 20 },
  });
  onTestFinished(() => opened.close());
  return opened;
}

/** A database server that keeps what it acknowledged, and Redis servers that keep nothing when they die. */
async function startStores() {
  const [mongod, graph, home, user] = await Promise.all([
    startMongod(),
    startRedis(),
    startRedis(),
    startRedis(),
  ]);
  const stores: Stores = {
    posts: mongo(mongod, "post"),
    timelines: mongo(mongod, "user-timeline"),
    graph: mongo(mongod, "social-graph"),
    graphRedis: redis(graph),
    homeRedis: redis(home),
    userRedis: redis(user),
  };
  await eventually(() => prepare(stores));
  return { stores, servers: [mongod, home, user, graph] };
}

/** Kills one server after the other, each time that something was done, for as long as the work goes on. */
async function killDuring<Result>(
  servers: readonly ChildServer[],
  work: Promise<Result>,
  done: () => number,
): Promise<Result> {
  let over = false;
  const killing = (async () => {
    for (let turn = 0; !over; turn++) {
      const server = servers[turn % servers.length];
      const before = done();
      do await sleep(150);
      while (!over && done() === before);
      await server?.kill();
      await server?.start();
    }
  })();
  const result = await work.finally(() => {
    over = true;
  });
  await killing;
  return result;
}

test("posts survive that databases and Redis are killed again and again while they are made", async () => {
  const { stores, servers } = await startStores();
  const all = [replicas(stores), replicas(stores)] as const;
  const { clients } = all[0];
  for (const [followeeId, some] of followers) {
    for (const userId of some) {
      await clients["social-graph"].follow({ reqId: 0n, userId, followeeId }, testCall());
    }
  }
  const wanted: Wish[] = Array.from({ length: 72 }, (_, index) => ({
    reqId: BigInt(index + 1),
    author: BigInt(1 + (index % users.length)),
    mentions: index % 5 === 0 ? [BigInt(1 + ((index * 7) % users.length))] : [],
  }));

  const made = new Set<bigint>();
  const composing = users.map(async (author, place) => {
    for (const wish of wanted.filter((one) => one.author === author)) {
      const replica = all[place % 2 === 0 ? 0 : 1];
      if (await make(replica, wish, 4_000)) made.add(wish.reqId);
      else await sleep(50);
    }
  });
  await killDuring(servers, Promise.all(composing), () => made.size);

  expect(made.size).toBeGreaterThan(0);
  await expectEverywhereOrNowhere(all[1], { followers, users, made, wanted });
  await servers[1]?.kill();
  await servers[1]?.start();
  await expectEverywhereOrNowhere(all[0], { followers, users, made, wanted });
}, 120_000);
