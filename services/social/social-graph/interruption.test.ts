import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { createMemoryRedis } from "@faultline/stores/redis-memory";
import { type Decide, type Fate, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { expect, test } from "vitest";
import {
  expectAgreement,
  follow,
  followeesOf,
  followersOf,
  replica,
  startedReplica,
  unfollow,
} from "./graph-testing.ts";

const [ann, bob] = [1n, 2n];
const changes = { follow, unfollow };
type Change = keyof typeof changes;
const fates: readonly Fate[] = ["failed", "unheard", "late"];

/** How a change may begin: who follows already, and what an earlier change left undone. */
const beginnings = {
  "nobody is known": async (_: Mongo) => {},
  "the edge is there": (mongo: Mongo) => changeCalmly(mongo, ["follow"]),
  "the edge was there": (mongo: Mongo) => changeCalmly(mongo, ["follow", "unfollow"]),
  "a follow was interrupted": (mongo: Mongo) => interrupted(mongo, "follow"),
  "an unfollow was interrupted": async (mongo: Mongo) => {
    await changeCalmly(mongo, ["follow"]);
    await interrupted(mongo, "unfollow");
  },
} as const;

const cases = Object.keys(beginnings).flatMap((beginning) =>
  fates.flatMap((fate) =>
    Object.keys(changes).map((change) => ({ beginning, change, fate }) as Case),
  ),
);

interface Case {
  readonly beginning: keyof typeof beginnings;
  readonly change: Change;
  readonly fate: Fate;
}

async function changeCalmly(mongo: Mongo, wanted: readonly Change[]): Promise<void> {
  const { client } = replica({ mongo, redis: createMemoryRedis() });
  for (const change of wanted) await changes[change](client, ann, bob);
}

/** Leaves a change that only the follower's own document knows. */
async function interrupted(mongo: Mongo, change: Change): Promise<void> {
  let committed = false;
  const decide: Decide = (_, operation) => {
    if (committed) return "failed";
    committed = operation.startsWith("update");
    return "done";
  };
  const { client } = replica({ mongo: troubledMongo(mongo, decide), redis: createMemoryRedis() });
  await changes[change](client, ann, bob).catch(() => undefined);
}

/** Makes one change in trouble, after this beginning. */
async function changeInTrouble({ beginning, change }: Case, decide: Decide) {
  const { mongo, redis } = { mongo: createMemoryMongo(), redis: createMemoryRedis() };
  await beginnings[beginning](mongo);
  const troubled = troubledMongo(mongo, decide);
  const { client } = replica({ mongo: troubled, redis });
  const answered = await changes[change](client, ann, bob).then(
    () => true,
    () => false,
  );
  return { mongo, redis, troubled, answered };
}

async function stepsOf(how: Case): Promise<number> {
  return (await changeInTrouble(how, () => "done")).troubled.steps();
}

async function expectOutcome(mongo: Mongo, { change }: Case, answered: boolean): Promise<void> {
  const edges = await expectAgreement(mongo);
  const asWanted = change === "follow" ? edges.length === 1 : edges.length === 0;
  expect(asWanted || !answered).toBe(true);
}

test.each(cases)(
  "whichever step of a $change is $fate when $beginning, both sides agree after a repair",
  async (how) => {
    const steps = await stepsOf(how);
    expect(steps).toBeGreaterThan(2);

    for (let step = 1; step <= steps; step++) {
      const decide: Decide = (at) => (at === step ? how.fate : "done");
      const { mongo, redis, troubled, answered } = await changeInTrouble(how, decide);
      await startedReplica({ mongo, redis });
      await troubled.landLateSteps();
      await startedReplica({ mongo, redis });
      await expectOutcome(mongo, how, answered);
    }
  },
);

test.each(cases)(
  "wherever a $change ends with a step that is $fate when $beginning, a repair ends it for both",
  async (how) => {
    const steps = await stepsOf(how);

    for (let last = 1; last <= steps; last++) {
      const decide: Decide = (at) => (at < last ? "done" : at > last ? "failed" : how.fate);
      const { mongo, redis, troubled, answered } = await changeInTrouble(how, decide);
      await troubled.landLateSteps();
      await startedReplica({ mongo, redis });
      await expectOutcome(mongo, how, answered);
    }
  },
);

test("a copy that comes late never undoes a newer change; a change that comes late is made for both", async () => {
  const how: Case = { beginning: "the edge was there", change: "follow", fate: "late" };
  const lateSteps = [
    "reading the fence",
    "changing the follower",
    "copying to the followee",
    "clearing",
  ];
  const edgesAfter: Record<string, number> = {};

  for (const last of lateSteps) {
    const lastStep = Object.keys(edgesAfter).length + 1;
    const decide: Decide = (at) => (at < lastStep ? "done" : at > lastStep ? "failed" : "late");
    const { mongo, redis, troubled } = await changeInTrouble(how, decide);
    const { client } = await startedReplica({ mongo, redis });
    await follow(client, ann, bob);
    await unfollow(client, ann, bob);
    await troubled.landLateSteps();
    await startedReplica({ mongo, redis });

    const edges = await expectAgreement(mongo);
    expect(await followersOf(client, bob)).toHaveLength(edges.length);
    expect(await followeesOf(client, ann)).toHaveLength(edges.length);
    edgesAfter[last] = edges.length;
  }

  expect(edgesAfter).toEqual({
    "reading the fence": 0,
    "changing the follower": 1,
    "copying to the followee": 0,
    clearing: 0,
  });
});
