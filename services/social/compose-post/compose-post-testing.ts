import type {
  HomeTimelineServiceClient,
  MediaServiceClient,
  Post,
  PostStorageServiceClient,
  TextServiceClient,
  UniqueIdServiceClient,
  UserServiceClient,
  UserTimelineServiceClient,
} from "@faultline/thrift/social";

/** As many open posts as post storage lists at once, whatever it is asked for. */
const listedMax = 100;

/** What happens before a callee answers: it may wait, or throw. */
export type Trouble = (method: string) => Promise<void>;

/** Callees that work, unless there is trouble, and note what they were asked. */
export function createNeighbours(trouble: Trouble) {
  const asked: string[] = [];
  const stored: Post[] = [];
  const closed: bigint[] = [];
  const ask = async (method: string) => {
    asked.push(method);
    await trouble(method);
  };
  const onceStored = new Map<string, Post>();
  const storage: Partial<PostStorageServiceClient> = {
    async storePostOnce({ post, onceKey }) {
      await ask("storePostOnce");
      const earlier = onceStored.get(onceKey);
      if (earlier) return earlier;
      onceStored.set(onceKey, post);
      stored.push(post);
      return post;
    },
    async storePost({ post }) {
      await ask("storePost");
      stored.push(post);
    },
    async closePosts({ postIds }) {
      await ask("closePosts");
      closed.push(...postIds);
    },
    async listOpenPosts({ limit, without }) {
      await ask("listOpenPosts");
      const isOpen = ({ postId }: Post) => !closed.includes(postId) && !without.includes(postId);
      return stored.filter(isOpen).slice(0, Math.min(limit, listedMax));
    },
  };
  const written: bigint[] = [];
  const clients = { ...makers(ask), ...timelines(ask, written), ...of(storage) };
  return { asked, stored, written, closed, clients };
}

function of(storage: Partial<PostStorageServiceClient>) {
  return { "post-storage": storage as PostStorageServiceClient };
}

function makers(ask: Trouble) {
  let lastId = 99n;
  const user: Partial<UserServiceClient> = {
    async composeCreatorWithUserId({ userId, username }) {
      await ask("composeCreatorWithUserId");
      return { userId, username };
    },
  };
  const media: MediaServiceClient = {
    async composeMedia({ mediaIds, mediaTypes }) {
      await ask("composeMedia");
      return mediaIds.map((mediaId, index) => ({ mediaId, mediaType: mediaTypes[index] ?? "" }));
    },
  };
  const text: TextServiceClient = {
    async composeText({ text }) {
      await ask("composeText");
      const userMentions = [{ userId: 2n, username: "bob" }];
      return { text: text.toUpperCase(), userMentions, urls: [] };
    },
  };
  const uniqueId: UniqueIdServiceClient = {
    async composeUniqueId() {
      await ask("composeUniqueId");
      return ++lastId;
    },
  };
  return { user: user as UserServiceClient, media, text, "unique-id": uniqueId };
}

function timelines(ask: Trouble, written: bigint[]) {
  const write = async (method: string, postId: bigint) => {
    await ask(method);
    written.push(postId);
  };
  const userTimeline: Partial<UserTimelineServiceClient> = {
    writeUserTimeline: ({ postId }) => write("writeUserTimeline", postId),
  };
  const homeTimeline: Partial<HomeTimelineServiceClient> = {
    writeHomeTimeline: ({ postId }) => write("writeHomeTimeline", postId),
  };
  return {
    "user-timeline": userTimeline as UserTimelineServiceClient,
    "home-timeline": homeTimeline as HomeTimelineServiceClient,
  };
}
