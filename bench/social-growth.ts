import type { Outgoing } from "@faultline/loadgen/journey";
import { type Client, openClient } from "@faultline/loadgen/runner/client";
import { MongoClient } from "mongodb";
import { type Cost, costOf } from "./cost.ts";
import { WrongAnswer } from "./load.ts";
import type { Stack } from "./stack.ts";

type Say = (line: string) => void;

const followerCounts = [0, 100, 1_000, 10_000, 100_000];
const lengths = [10, 100, 1_000, 10_000];
const atOnce = 32;
const deadlineMs = 60_000;
/** So many requests are measured, at least, and in any case. */
const measured = { posts: 200, longPosts: 20, reads: 1_000 };

/** How the cost of a post grows with the author's followers, and that of a page with the length of the timeline. */
export async function growSocial(stack: Stack, say: Say): Promise<void> {
  const { url } = stack;
  const client = openClient({ url, connections: atOnce, deadlineMs, targetPrefix: "" });
  try {
    await ask(client, { count: 2_000, atOnce }, () => compose(1));
    await growFollowers(stack, client, say);
    await growTimelines(stack, client, say);
  } finally {
    await client.close();
  }
}

async function growFollowers(stack: Stack, client: Client, say: Say): Promise<void> {
  say("followers  CPU of a post, ms: services  stores  time of a post, ms");
  for (const [place, count] of followerCounts.entries()) {
    const author = 1_000_000_000 + place;
    await follow(stack, author, count);
    const posts = count >= 10_000 ? measured.longPosts : measured.posts;
    // Who follows is known to the cache afterwards.
    await ask(client, { count: 3, atOnce: 1 }, () => compose(author));
    const cost = await costOf(stack, posts, () =>
      ask(client, { count: posts, atOnce: 1 }, () => compose(author)),
    );
    say(row(count, cost));
  }
}

/** Written as the social graph's document would be: to follow 100 000 times takes too long. */
async function follow(stack: Stack, author: number, count: number): Promise<void> {
  const server = stack.processes.find(({ name }) => name === "social-graph-mongodb");
  const mongo = new MongoClient(`${server?.url}/?directConnection=true`);
  const timestamp = BigInt(Date.now() - 60_000);
  const followers = Array.from({ length: count }, (_, i) => ({
    user_id: BigInt(2_000_000_000 + i),
    timestamp: timestamp + BigInt(i % 1_000),
  }));
  try {
    const document = { user_id: BigInt(author), followers, followees: [] };
    await mongo.db("social-graph").collection("social-graph").insertOne(document);
  } finally {
    await mongo.close();
  }
}

async function growTimelines(stack: Stack, client: Client, say: Say): Promise<void> {
  const [author, reader] = [1_100_000_000, 1_100_000_001];
  const form = `user_id=${reader}&followee_id=${author}`;
  await ask(client, { count: 1, atOnce: 1 }, () => post("/wrk2-api/user/follow", form));
  say("posts      CPU of a page, ms: services  stores  time of a page, ms");
  let posts = 0;
  for (const length of lengths) {
    await ask(client, { count: length - posts, atOnce: 8 }, () => compose(author));
    posts = length;
    const pages = [
      ["home, newest", page("home", reader, 0)],
      ["user, newest", page("user", author, 0)],
      ["user, oldest", page("user", author, length - 10)],
    ] as const;
    for (const [what, request] of pages) {
      await ask(client, { count: measured.reads, atOnce }, () => request);
      const cost = await costOf(stack, measured.reads, () =>
        ask(client, { count: measured.reads, atOnce: 1 }, () => request),
      );
      say(`${row(length, cost)}  ${what}`);
    }
  }
}

function row(count: number, { servicesMs, storesMs, timeMs }: Cost): string {
  const cells = [servicesMs, storesMs, timeMs].map((value) => value.toFixed(2).padStart(9));
  return `${String(count).padEnd(9)}${cells.join(" ")}`;
}

interface Asking {
  readonly count: number;
  readonly atOnce: number;
}

/** Throws a `WrongAnswer` at the first one that is no success. */
async function ask(client: Client, { count, atOnce }: Asking, request: () => Outgoing) {
  let left = count;
  const asker = async () => {
    while (left-- > 0) {
      const outgoing = request();
      const reply = await client.ask(outgoing);
      if ("failure" in reply) throw new WrongAnswer(`${outgoing.target}: ${reply.failure}`);
      if (reply.status !== 200) throw new WrongAnswer(`${outgoing.target}: ${reply.body}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, asker));
}

function compose(author: number): Outgoing {
  const text = "A text of a usual length, without anybody or anything else in it.";
  const form = `username=user&user_id=${author}&post_type=0&text=${text}`;
  return post("/wrk2-api/post/compose", form);
}

function post(target: string, body: string): Outgoing {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { method: "POST", target, headers, body };
}

function page(kind: "home" | "user", user: number, start: number): Outgoing {
  const query = `user_id=${user}&start=${start}&stop=${start + 10}`;
  return { method: "GET", target: `/wrk2-api/${kind}-timeline/read?${query}` };
}
