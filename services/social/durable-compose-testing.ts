import { testCall } from "@faultline/rpc/test-call";
import type { Cache } from "@faultline/stores/memcached";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import type { Redis } from "@faultline/stores/redis";
import {
  ComposePostService,
  HomeTimelineService,
  type MediaServiceClient,
  type Post,
  PostStorageService,
  SocialGraphService,
  type TextServiceClient,
  type UniqueIdServiceClient,
  type UserServiceClient,
  UserTimelineService,
} from "@faultline/thrift/social";
import { expect } from "vitest";
import { type ComposePostParts, createComposePost } from "./compose-post/compose-post.ts";
import { Repair } from "./compose-post/repair.ts";
import { createHomeTimeline } from "./home-timeline/home-timeline.ts";
import { createPostStorage, indexPosts } from "./post-storage/post-storage.ts";
import { served } from "./served-testing.ts";
import { seedSocialGraph } from "./social-graph/seed.ts";
import { createSocialGraph } from "./social-graph/social-graph.ts";
import { createUserTimeline, indexTimelines } from "./user-timeline/user-timeline.ts";

/** The stores of all services that a post passes through. */
export interface Stores {
  readonly posts: Mongo;
  readonly timelines: Mongo;
  readonly graph: Mongo;
  readonly graphRedis: Redis;
  readonly homeRedis: Redis;
  readonly userRedis: Redis;
  readonly cache?: Cache;
}

/** Brings the stores to their first state. */
export async function prepare({ posts, timelines, graph }: Stores): Promise<void> {
  await indexPosts(posts, testCall());
  await indexTimelines(timelines, testCall());
  await seedSocialGraph(graph, testCall());
}

/** One replica of every service, on these stores. */
export function replicas(stores: Stores) {
  const { cache = createMemoryCache() } = stores;
  const users = {} as UserServiceClient;
  const { handlers: graph, repair: graphRepair } = createSocialGraph({
    ...{ mongo: stores.graph, redis: stores.graphRedis, users },
  });
  const storage = served(PostStorageService, createPostStorage({ mongo: stores.posts, cache }));
  const userTimeline = served(
    UserTimelineService,
    createUserTimeline({
      ...{ mongo: stores.timelines, redis: stores.userRedis },
      clients: { "post-storage": storage },
    }),
  );
  const socialGraph = served(SocialGraphService, graph);
  const callees = {
    "post-storage": storage,
    "social-graph": socialGraph,
    "user-timeline": userTimeline,
  };
  const homeTimeline = served(
    HomeTimelineService,
    createHomeTimeline({ clients: callees, redis: stores.homeRedis }),
  );
  const clients = { ...callees, "home-timeline": homeTimeline, ...makers() };
  const compose = served(ComposePostService, createComposePost({ clients }));
  const repair = new Repair({ clients, graceMs: -60_000 });
  return { clients, compose, repair, graphRepair };
}

export type Replicas = ReturnType<typeof replicas>;

let lastPostId = 1_000n;

/** What makes the parts of a post. A text is a list of the users that it mentions. */
function makers(): Pick<ComposePostParts["clients"], "media" | "text" | "unique-id" | "user"> {
  const media: MediaServiceClient = { composeMedia: async () => [] };
  const text: TextServiceClient = {
    async composeText({ text }) {
      const ids = text.split(" ").filter((word) => word !== "");
      const userMentions = ids.map((id) => ({ userId: BigInt(id), username: `user_${id}` }));
      return { text, userMentions, urls: [] };
    },
  };
  const uniqueId: UniqueIdServiceClient = { composeUniqueId: async () => ++lastPostId };
  const user: Partial<UserServiceClient> = {
    composeCreatorWithUserId: async ({ userId, username }) => ({ userId, username }),
  };
  return { media, text, "unique-id": uniqueId, user: user as UserServiceClient };
}

/** A post that somebody wants to make: the request's id tells it from others. */
export interface Wish {
  readonly reqId: bigint;
  readonly author: bigint;
  readonly mentions: readonly bigint[];
}

/** Whether its author was told that it is made. */
export async function make(
  { compose }: Replicas,
  { reqId, author, mentions }: Wish,
  withinMs: number,
): Promise<boolean> {
  const request = { username: `user_${author}`, text: mentions.join(" "), postType: 0 };
  try {
    await compose.composePost(
      { ...request, reqId, userId: author, mediaIds: [], mediaTypes: [] },
      testCall({ withinMs }),
    );
    return true;
  } catch {
    return false;
  }
}

/** Who follows whom: for each user his followers. */
export type Followers = ReadonlyMap<bigint, readonly bigint[]>;

/** Repairs until nothing is open, and then holds every timeline against what should be in it. */
export async function expectEverywhereOrNowhere(
  { clients, repair }: Replicas,
  {
    followers,
    users,
    made,
    wanted,
  }: {
    readonly followers: Followers;
    readonly users: readonly bigint[];
    /** The request ids of those posts that were answered with success. */
    readonly made: ReadonlySet<bigint>;
    readonly wanted: readonly Wish[];
  },
): Promise<void> {
  await expect.poll(async () => (await repair.sweep(testCall())).open, { timeout: 20_000 }).toBe(0);
  const own = await timelinesOf(users, (request) =>
    clients["user-timeline"].readUserTimeline(request, testCall()),
  );
  const home = await timelinesOf(users, (request) =>
    clients["home-timeline"].readHomeTimeline(request, testCall()),
  );
  const stored = new Map([...own.values()].flat().map((post) => [post.reqId, post]));
  for (const reqId of made) expect([...stored.keys()]).toContain(reqId);
  for (const user of users) {
    const wrote = wanted.filter(({ author, reqId }) => author === user && stored.has(reqId));
    expect(requestIds(own.get(user))).toEqual(wrote.map(({ reqId }) => reqId).sort(byValue));
    const received = wanted.filter(
      ({ author, mentions, reqId }) =>
        stored.has(reqId) && (followers.get(author)?.includes(user) || mentions.includes(user)),
    );
    expect(requestIds(home.get(user))).toEqual(received.map(({ reqId }) => reqId).sort(byValue));
  }
}

interface PageOfUser {
  readonly reqId: bigint;
  readonly userId: bigint;
  readonly start: number;
  readonly stop: number;
}

async function timelinesOf(
  users: readonly bigint[],
  read: (request: PageOfUser) => Promise<Post[]>,
): Promise<Map<bigint, Post[]>> {
  const timelines = new Map<bigint, Post[]>();
  for (const userId of users) {
    const posts = await read({ reqId: 0n, userId, start: 0, stop: 1_000 });
    for (const [place, post] of posts.slice(1).entries()) expectOlder(post, posts[place]);
    timelines.set(userId, posts);
  }
  return timelines;
}

function expectOlder(post: Post, before: Post | undefined): void {
  const newer = before ?? post;
  const isOlder =
    post.timestamp < newer.timestamp ||
    (post.timestamp === newer.timestamp && post.postId < newer.postId);
  expect(isOlder).toBe(true);
}

function requestIds(posts: readonly Post[] = []): bigint[] {
  return posts.map((post) => post.reqId).sort(byValue);
}

function byValue(a: bigint, b: bigint): number {
  return Number(a - b);
}
