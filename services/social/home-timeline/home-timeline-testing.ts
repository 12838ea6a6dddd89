import type {
  Followee,
  Post,
  PostStorageServiceClient,
  SocialGraphServiceClient,
  TimelineEntry,
  UserTimelineServiceClient,
} from "@faultline/thrift/social";

type ByUser<Value> = Readonly<Record<string, Value>>;

/** What the services around home timelines know. The time of a post is its id. */
export interface Neighbours {
  readonly followers: ByUser<readonly bigint[]>;
  readonly followees: ByUser<readonly Followee[]>;
  readonly posts: ByUser<readonly bigint[]>;
  readonly mentions: ByUser<readonly bigint[]>;
  /** What happens before they answer. */
  readonly before: (method: string) => Promise<void>;
}

/** Services that know just that, and a list of what they were asked. */
export function createNeighbours({
  followers = {},
  followees = {},
  posts = {},
  mentions = {},
  before = async () => {},
}: Partial<Neighbours>) {
  const asked: string[] = [];
  const ask = async (method: string, what: unknown) => {
    asked.push(`${method} ${what}`);
    await before(method);
  };
  const storage: Pick<PostStorageServiceClient, "readPosts" | "listMentions"> = {
    async readPosts({ postIds }) {
      await ask("readPosts", postIds);
      return postIds.map(somePost);
    },
    async listMentions({ userId, limit }) {
      await ask("listMentions", userId);
      return (mentions[`${userId}`] ?? []).slice(0, limit).map(entryOf);
    },
  };
  const graph: Pick<SocialGraphServiceClient, "getFollowers" | "listFollowees"> = {
    async getFollowers({ userId }) {
      await ask("getFollowers", userId);
      return [...(followers[`${userId}`] ?? [])];
    },
    async listFollowees({ userId }) {
      await ask("listFollowees", userId);
      return [...(followees[`${userId}`] ?? [])];
    },
  };
  const timelines: Pick<UserTimelineServiceClient, "listNewestPosts"> = {
    async listNewestPosts({ authors, limit }) {
      await ask("listNewestPosts", authors.map((author) => author.userId).join());
      const entries = authors.flatMap(({ userId, since }) => {
        const own = (posts[`${userId}`] ?? []).map(entryOf);
        return own.filter((entry) => entry.timestamp >= since);
      });
      return entries.sort((a, b) => Number(b.timestamp - a.timestamp)).slice(0, limit);
    },
  };
  return {
    asked,
    clients: {
      "post-storage": storage as PostStorageServiceClient,
      "social-graph": graph as SocialGraphServiceClient,
      "user-timeline": timelines as UserTimelineServiceClient,
    },
  };
}

function entryOf(postId: bigint): TimelineEntry {
  return { postId, timestamp: postId };
}

function somePost(postId: bigint): Post {
  const nothing = { userMentions: [], media: [], urls: [], text: "", reqId: 0n, postType: 0 };
  return { postId, timestamp: postId, creator: { userId: 0n, username: "" }, ...nothing };
}
