import { setImmediate as nextTurn } from "node:timers/promises";
import type { Middleware } from "@faultline/rpc/call";
import { unavailable } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { troubledRedis } from "@faultline/stores/testing/troubled-redis";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  expectEverywhereOrNowhere,
  type Followers,
  make,
  prepare,
  replicas,
  type Wish,
} from "./durable-compose-testing.ts";

const users = [1n, 2n, 3n, 4n];
const user = fc.constantFrom(...users);

/** What becomes of an operation of a store: it may fail, or be done and its answer be lost. */
type Fate = "done" | "slow" | "failed" | "unheard";

/** Stores in memory whose operations meet these fates, one after the other, while there is trouble. */
function troubledStores(fates: readonly Fate[]) {
  let operations = 0;
  let trouble = false;
  const layer: Middleware = async (call, next) => {
    const fate = trouble ? fates[operations++ % fates.length] : "done";
    if (fate === "failed") throw unavailable("the store is gone");
    if (fate === "slow") await nextTurn();
    const result = await next(call);
    if (fate === "unheard") throw unavailable("the answer is lost");
    return result;
  };
  const layers = [layer];
  return {
    posts: createMemoryMongo({ layers }),
    timelines: createMemoryMongo({ layers }),
    graph: createMemoryMongo({ layers }),
    graphRedis: createMemoryRedis({ layers }),
    homeRedis: createMemoryRedis({ layers }),
    userRedis: createMemoryRedis({ layers }),
    setTrouble(wanted: boolean) {
      trouble = wanted;
    },
  };
}

/** Everybody follows those before him. */
const followers: Followers = new Map(
  users.map((followee) => [followee, users.filter((other) => other > followee)]),
);

/** Services on stores that are in trouble once everybody follows whom he shall. */
async function started(fates: readonly Fate[]) {
  const stores = troubledStores(fates);
  await prepare(stores);
  const all = [replicas(stores), replicas(stores)] as const;
  for (const [followeeId, some] of followers) {
    for (const userId of some) {
      await all[0].clients["social-graph"].follow({ reqId: 0n, userId, followeeId }, testCall());
    }
  }
  stores.setTrouble(true);
  return { stores, all };
}

/** Long enough for most posts to be made in spite of the trouble, and too short for some. */
const withinMs = 500;

const wishes: fc.Arbitrary<Wish[]> = fc
  .array(fc.record({ author: user, mentions: fc.uniqueArray(user, { maxLength: 2 }) }), {
    minLength: 3,
    maxLength: 12,
  })
  .map((all) => all.map((wish, index) => ({ ...wish, reqId: BigInt(index + 1) })));

const fates: fc.Arbitrary<Fate[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Fate>("done") },
    { weight: 2, arbitrary: fc.constant<Fate>("slow") },
    { weight: 1, arbitrary: fc.constant<Fate>("failed") },
    { weight: 1, arbitrary: fc.constant<Fate>("unheard") },
  ),
  { minLength: 11, maxLength: 47 },
);

/** The requests that were answered with success. */
function successes(wanted: readonly Wish[], outcomes: readonly boolean[]): Set<bigint> {
  return new Set(wanted.filter((_, index) => outcomes[index]).map(({ reqId }) => reqId));
}

test("whatever operation of whatever store fails or is unheard, an acknowledged post is everywhere, and any other everywhere or nowhere", async () => {
  const property = fc.asyncProperty(wishes, fates, async (wanted, troubles) => {
    const { stores, all } = await started(troubles);

    const outcomes = await Promise.all(
      wanted.map((wish, index) => make(all[index % 2 === 0 ? 0 : 1], wish, withinMs)),
    );
    stores.setTrouble(false);

    const made = successes(wanted, outcomes);
    await expectEverywhereOrNowhere(all[0], { followers, users, made, wanted });
  });
  await fc.assert(property, { numRuns: 15 });
});

test("nor does it matter that Redis loses everything while posts are made, and again afterwards", async () => {
  const property = fc.asyncProperty(wishes, fates, fc.boolean(), async (wanted, troubles, keep) => {
    const { stores, all } = await started(troubles);

    const composing = Promise.all(wanted.map((wish) => make(all[0], wish, withinMs)));
    await nextTurn();
    stores.homeRedis.restart({ keep });
    stores.userRedis.restart({ keep });
    stores.graphRedis.restart({ keep });
    const outcomes = await composing;
    stores.setTrouble(false);
    stores.homeRedis.restart();

    const made = successes(wanted, outcomes);
    await expectEverywhereOrNowhere(all[1], { followers, users, made, wanted });
  });
  await fc.assert(property, { numRuns: 15 });
});

test.each(["failed", "unheard"] as const)(
  "a post that was cut off at any step, the last one %s, is finished by another process",
  async (last) => {
    const wish = { reqId: 1n, author: 1n, mentions: [1n, 4n] };
    const followers: Followers = new Map([[1n, [2n, 3n, 4n]]]);
    for (let done = 0; done < 12; done++) {
      const dead = Array<Fate>(1_000).fill("failed");
      const { stores, all } = await started([...Array<Fate>(done).fill("done"), last, ...dead]);

      const answered = await make(all[0], wish, 150);
      stores.setTrouble(false);

      const made = new Set(answered ? [1n] : []);
      await expectEverywhereOrNowhere(all[1], { followers, users, made, wanted: [wish] });
    }
  },
);

test("who follows by way of a replica that does not reach Redis gets every post that comes then", async () => {
  const stores = troubledStores([]);
  await prepare(stores);
  let reached = true;
  const graphRedis = troubledRedis(stores.graphRedis, () => (reached ? "done" : "failed"));
  const [cutOff, other] = [replicas({ ...stores, graphRedis }), replicas(stores)];
  for (const { graphRepair } of [cutOff, other]) await graphRepair.sweep(testCall());
  const received = async (userId: bigint) => {
    const page = { reqId: 0n, userId, start: 0, stop: 10 };
    const posts = await other.clients["home-timeline"].readHomeTimeline(page, testCall());
    return posts.map(({ reqId }) => reqId);
  };
  const follow = (by: typeof other, userId: bigint) =>
    by.clients["social-graph"].follow({ reqId: 0n, userId, followeeId: 1n }, testCall());
  await follow(cutOff, 2n);
  // From here on Redis has the list of followers, and both timelines.
  expect(await make(other, { reqId: 1n, author: 1n, mentions: [] }, 10_000)).toBe(true);
  expect(await received(2n)).toEqual([1n]);
  expect(await received(3n)).toEqual([]);

  reached = false;
  await follow(cutOff, 3n);
  expect(await make(other, { reqId: 2n, author: 1n, mentions: [] }, 10_000)).toBe(true);

  expect(await received(3n)).toEqual([2n]);
});
