import { testCall } from "@faultline/rpc/test-call";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { type Fate, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { troubledRedis } from "@faultline/stores/testing/troubled-redis";
import type { SocialGraphServiceClient } from "@faultline/thrift/social";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  documentsIn,
  expectAgreement,
  follow,
  followeesOf,
  followersOf,
  replica,
  startedReplica,
  unfollow,
} from "./graph-testing.ts";

/** These tests compute all the time, which takes long on a busy machine. */
const slowMs = 120_000;

const users = [0n, 1n, 2n];
const user = fc.constantFrom(...users);
const actions = { follow, unfollow, followers: followersOf, followees: followeesOf };

const step = fc.record({
  action: fc.constantFrom("follow", "unfollow", "follow", "unfollow", "followers", "followees"),
  user,
  followee: user,
  replica: fc.nat(1),
});
const bursts = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { maxLength: 6 });

/** For each step of a store: how many turns it waits for others, and what becomes of it. */
const turns = fc.infiniteStream(fc.nat(4));
const fate = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Fate>("done") },
  { weight: 1, arbitrary: fc.constantFrom<Fate>("failed", "unheard", "late") },
);
const fates = fc.infiniteStream(fate);

function* allDone(): Generator<Fate, Fate> {
  for (;;) yield "done";
}

type Actions = readonly { action: string; user: bigint; followee: bigint; replica: number }[];

/** Two replicas, whose every step with a store waits as long as the stream says and then goes as the other says. */
function twoReplicas(turns: IterableIterator<number>, fates: IterableIterator<Fate>) {
  let calm = false;
  const decide = async (): Promise<Fate> => {
    if (calm) return "done";
    for (let left = turns.next().value ?? 0; left > 0; left--) await Promise.resolve();
    return fates.next().value ?? "done";
  };
  const [mongo, redis] = [createMemoryMongo(), createMemoryRedis()];
  const troubled = {
    mongo: troubledMongo(mongo, decide),
    redis: troubledRedis(redis, decide),
  };
  const endTrouble = () => {
    calm = true;
  };
  return { mongo, redis, troubled, endTrouble, replicas: [replica(troubled), replica(troubled)] };
}

type Replicas = ReturnType<typeof twoReplicas>["replicas"];

async function act(replicas: Replicas, actions: Actions): Promise<void> {
  await Promise.allSettled(actions.map((one) => actOne(replicas, one)));
}

async function actOne(replicas: Replicas, { action, ...how }: Actions[number]): Promise<void> {
  const client = replicas[how.replica]?.client;
  if (client) await actions[action as keyof typeof actions](client, how.user, how.followee);
}

/** Every list that a replica answers is that of the documents. */
async function expectLists(mongo: Mongo, client: SocialGraphServiceClient): Promise<void> {
  for (const { user_id, followers, followees } of await documentsIn(mongo)) {
    const ids = (edges: typeof followers) => edges?.map((edge) => edge.user_id).sort() ?? [];
    for (const _ of ["from the database", "from Redis"]) {
      expect((await followersOf(client, user_id)).sort()).toEqual(ids(followers));
      expect((await followeesOf(client, user_id)).sort()).toEqual(ids(followees));
    }
  }
}

test(
  "whatever overlaps and whatever fails, both sides and all lists agree in the end",
  async () => {
    const property = fc.asyncProperty(bursts, turns, fates, async (bursts, turns, fates) => {
      const world = twoReplicas(turns[Symbol.iterator](), fates[Symbol.iterator]());
      for (const burst of bursts) {
        await act(world.replicas, burst);
        await Promise.allSettled(world.replicas.map(({ repair }) => repair.sweep(testCall())));
      }
      await world.troubled.mongo.landLateSteps();
      await world.troubled.redis.landLateSteps();
      world.endTrouble();
      // The repair of one process is enough for all.
      const { client } = await startedReplica(world);

      await expectAgreement(world.mongo);
      const all = [client, ...world.replicas.map((replica) => replica.client)];
      for (const each of all) await expectLists(world.mongo, each);
    });
    await fc.assert(property, { numRuns: 100 });
  },
  slowMs,
);

test(
  "while nothing fails, every list tells of all that was answered, whatever overlaps",
  async () => {
    const property = fc.asyncProperty(bursts, turns, async (bursts, turns) => {
      const world = twoReplicas(turns[Symbol.iterator](), allDone());
      for (const { repair } of world.replicas) await repair.sweep(testCall());
      for (const burst of bursts) {
        await act(world.replicas, burst);
        await expectAgreement(world.mongo);
        for (const { client } of world.replicas) await expectLists(world.mongo, client);
      }
    });
    await fc.assert(property, { numRuns: 100 });
  },
  slowMs,
);
