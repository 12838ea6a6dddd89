import { testCall } from "@faultline/rpc/test-call";
import type { Document, Mongo } from "@faultline/stores/mongo";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { type Fate, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { expect, onTestFinished, test } from "vitest";
import { AuthoredPosts } from "./authored-posts.ts";
import { OlderPosts } from "./older-posts.ts";
import type { StoredTimeline } from "./stored-timeline.ts";

const mongoUrl = mongoForFile();

const worlds = [
  {
    name: "in MongoDB",
    open(): Mongo {
      const own = { service: "user-timeline", peer: "mongodb", bigints: true };
      const mongo = connectMongo({ ...own, url: mongoUrl(), database: crypto.randomUUID() });
      onTestFinished(() => mongo.close());
      return mongo;
    },
  },
  { name: "in memory", open: () => createMemoryMongo() },
];

const user = 5n;
const arrayMax = 2_000;
const arrayKept = 1_000;

/** A timeline with so many posts, every tenth id of which is used: 10, 20, … The newest is the greatest. */
async function long(mongo: Mongo, count: number) {
  const authored = new AuthoredPosts(mongo);
  await authored.index(testCall());
  const posts = Array.from({ length: count }, (_, index) => {
    const post_id = BigInt(10 * (count - index));
    return { post_id, timestamp: post_id };
  });
  await timelinesOf(mongo).insertMany([{ user_id: user, posts }], testCall());
  return authored;
}

function timelinesOf(mongo: Mongo) {
  return mongo.collection<StoredTimeline>("user-timeline");
}

async function arrayOf(mongo: Mongo): Promise<bigint[]> {
  const timeline = await timelinesOf(mongo).findOne({ user_id: user }, testCall());
  return (timeline?.posts ?? []).map((post) => post.post_id);
}

/** The whole timeline, page by page. */
async function allOf(authored: AuthoredPosts): Promise<bigint[]> {
  const all: bigint[] = [];
  for (let start = 0; ; start += 700) {
    const page = await authored.page(user, { start, stop: start + 700 }, testCall());
    if (page.length === 0) return all;
    all.push(...page.map((entry) => entry.postId));
  }
}

function upTo(count: number, from = 1): bigint[] {
  return Array.from({ length: count }, (_, index) => BigInt(10 * (from + index))).reverse();
}

test.for(worlds)(
  "$name a long timeline keeps its newest in the array, and loses nothing",
  async ({ open }) => {
    const mongo = open();
    const authored = await long(mongo, arrayMax + 1);

    await new OlderPosts(mongo).move(user, testCall());

    expect(await arrayOf(mongo)).toEqual(upTo(arrayKept, arrayMax + 2 - arrayKept));
    expect(await allOf(authored)).toEqual(upTo(arrayMax + 1));
    expect(await authored.newest(user, 3, testCall())).toMatchObject({ whole: false });
    expect(await authored.newest(user, 1_500, testCall())).toMatchObject({ whole: false });
  },
);

test.for(worlds)(
  "$name a late post is kept also where somebody has taken the older ones away",
  async ({ open }) => {
    const mongo = open();
    const authored = await long(mongo, arrayMax + 1);
    await new OlderPosts(mongo).move(user, testCall());
    await mongo.collection("older-posts").deleteMany({}, testCall());
    const late = { postId: 5_005n, timestamp: 5_005n };

    await authored.add(user, late, testCall());
    await authored.add(user, late, testCall());

    expect(await allOf(authored)).toEqual([...upTo(arrayKept, arrayMax + 2 - arrayKept), 5_005n]);
  },
);

test.for(worlds)("$name one that is not long enough stays as it is", async ({ open }) => {
  const mongo = open();
  const authored = await long(mongo, arrayMax);

  await new OlderPosts(mongo).move(user, testCall());

  expect(await arrayOf(mongo)).toHaveLength(arrayMax);
  expect(await authored.newest(user, arrayMax, testCall())).toMatchObject({ whole: true });
});

test.for(worlds)(
  "$name a post that comes late is put among the older ones, once",
  async ({ open }) => {
    const mongo = open();
    const authored = await long(mongo, arrayMax + 1);
    await new OlderPosts(mongo).move(user, testCall());
    const late = { postId: 5_005n, timestamp: 5_005n };

    await authored.add(user, late, testCall());
    await authored.add(user, late, testCall());
    await authored.add(user, { postId: 5_000n, timestamp: 5_000n }, testCall());

    expect(await arrayOf(mongo)).toHaveLength(arrayKept);
    const all = await allOf(authored);
    expect(all).toEqual([...new Set(all)]);
    expect(all).toHaveLength(arrayMax + 2);
    expect(all.slice(all.indexOf(5_010n), all.indexOf(5_010n) + 3)).toEqual([
      5_010n,
      5_005n,
      5_000n,
    ]);
  },
);

test.for(worlds)("$name a timeline that grows on is moved again and again", async ({ open }) => {
  const mongo = open();
  const authored = await long(mongo, arrayMax + 1);
  const older = new OlderPosts(mongo);
  await older.move(user, testCall());
  const more = upTo(1_500, arrayMax + 2).map((post_id) => ({ post_id, timestamp: post_id }));
  const push = { $push: { posts: { $each: more, $sort: { timestamp: -1, post_id: -1 } } } };
  await timelinesOf(mongo).updateOne({ user_id: user }, push, testCall());

  await older.move(user, testCall());

  expect(await arrayOf(mongo)).toHaveLength(arrayKept);
  expect(await mongo.collection("older-posts").count({}, testCall())).toBe(2);
  expect(await allOf(authored)).toEqual(upTo(arrayMax + 1_501));
});

test("whatever step of a move fails or is unheard, nothing is lost or there twice, and the next one ends it", async () => {
  for (const fate of ["failed", "unheard"] as const) {
    for (let failing = 1; failing <= 6; failing++) {
      const mongo = createMemoryMongo();
      const authored = await long(mongo, arrayMax + 1);
      const decide = (step: number): Fate => (step === failing ? fate : "done");
      const dying = new OlderPosts(troubledMongo(mongo, decide));

      await dying.move(user, testCall()).catch(() => undefined);
      expect(await allOf(authored)).toEqual(upTo(arrayMax + 1));

      await new OlderPosts(mongo).move(user, testCall());
      expect(await allOf(authored)).toEqual(upTo(arrayMax + 1));
      expect(await arrayOf(mongo)).toHaveLength(arrayKept);
      expect(await mongo.collection("older-posts").count({}, testCall())).toBe(1);
    }
  }
});

test("several that move at once, while posts come early and late, lose nothing", async () => {
  const mongo = createMemoryMongo();
  const authored = await long(mongo, arrayMax + 1);
  const replicas = [1, 2, 3].map(() => new OlderPosts(mongo));
  const comes = (postId: bigint) =>
    new AuthoredPosts(mongo).add(user, { postId, timestamp: postId }, testCall());

  await Promise.all([
    ...replicas.map((older) => older.move(user, testCall())),
    comes(3n),
    comes(9_999n),
    comes(90_000n),
    ...replicas.map((older) => older.move(user, testCall())),
    comes(3n),
  ]);

  const all = await allOf(authored);
  expect(all).toEqual([...new Set(all)].sort((a, b) => (a > b ? -1 : 1)));
  expect(all).toHaveLength(arrayMax + 4);
});

test("what was moved is nothing that an original looks at", async () => {
  const mongo = createMemoryMongo();
  await long(mongo, arrayMax + 1);
  await new OlderPosts(mongo).move(user, testCall());

  const timeline = await timelinesOf(mongo).findOne({ user_id: user }, testCall());

  const names = Object.keys(timeline as Document);
  expect(names.sort()).toEqual(["_id", "older", "posts", "user_id"]);
});
