import type { CallScope } from "@faultline/rpc/call";
import type { Cache } from "@faultline/stores/memcached";
import type { Collection, Mongo } from "@faultline/stores/mongo";
import type { Post, PostStorageServiceHandlers } from "@faultline/thrift/social";
import { onceKeyMax } from "../limits.ts";
import { isDuplicate, ofMongo } from "../store-failures.ts";
import { ensureUnique } from "../unique-index.ts";
import { Answer, bytesOf, postBytesMax } from "./answer.ts";
import { createOpenPosts } from "./open-posts.ts";
import { readingThrough } from "./reading.ts";
import { assertFew, handlerError, idsMax } from "./refusals.ts";
import { documentOf, isSamePost, postOf, type StoredPost } from "./stored-post.ts";

export interface PostStorageParts {
  readonly mongo: Mongo;
  readonly cache: Cache;
  readonly now?: () => number;
}

const badKey = `A key has 1 to ${onceKeyMax} bytes`;
const tooLarge = `A post has at most ${postBytesMax} bytes`;
/** Larger posts go to the database by themselves: others need not wait for their bytes. */
const groupedBytesMax = 65_536;
/** As many posts as are read at once: more than most pages have, and few enough to have them all in memory. */
const readAtOnce = 100;

/** Keeps posts, for good: a post is stored once it is in the database's journal. */
export function createPostStorage(parts: PostStorageParts): PostStorageServiceHandlers {
  const { mongo, now = Date.now } = parts;
  const posts = mongo.collection<StoredPost>("post");
  const read = readingThrough(posts, parts.cache);

  const insert = async (post: Post, scope: CallScope, more?: Pick<StoredPost, "once">) => {
    const bytes = bytesOf(post);
    if (bytes > postBytesMax) throw handlerError(tooLarge);
    // The mark is not for others: who has stored the post clears it once the post is in all timelines.
    const document = { ...documentOf(post), fanout: BigInt(now()), ...more };
    const grouped = bytes <= groupedBytesMax;
    await posts.insertMany([document], scope, { durable: true, grouped });
  };

  return {
    async storePost({ post }, call) {
      try {
        await insert(post, call);
      } catch (error) {
        // An insertion whose answer got lost may be sent again.
        if (isDuplicate(error) && (await isStored(posts, documentOf(post), call))) return;
        await ofMongo(Promise.reject(error));
      }
    },

    async storePostOnce({ post, onceKey }, call) {
      const length = Buffer.byteLength(onceKey);
      if (length === 0 || length > onceKeyMax) throw handlerError(badKey);
      const once = `${post.creator.userId} ${onceKey}`;
      try {
        await insert(post, call, { once });
        return post;
      } catch (error) {
        const stored = isDuplicate(error) && (await ofMongo(posts.findOne({ once }, call)));
        if (stored) return postOf(stored);
        return await ofMongo(Promise.reject(error));
      }
    },

    async readPost({ postId }, call) {
      const found = (await read([`${postId}`], call)).get(`${postId}`);
      if (found) return found.post;
      throw handlerError(`Post_id: ${postId} doesn't exist in MongoDB`);
    },

    async readPosts({ postIds }, call) {
      assertFew(postIds);
      const ids = postIds.map(String);
      if (new Set(ids).size < ids.length) throw handlerError("Post_ids are duplicated");
      const answer = new Answer();
      for (let from = 0; from < ids.length; from += readAtOnce) {
        const found = await read(ids.slice(from, from + readAtOnce), call);
        for (const { post, bytes } of found.values())
          if (!answer.add(post, bytes)) return answer.posts;
      }
      return answer.posts;
    },

    ...createOpenPosts(posts),

    async listMentions({ userId, limit }, call) {
      const found = await ofMongo(
        posts.find({ "user_mentions.user_id": userId }, call, {
          sort: { timestamp: -1, post_id: -1 },
          limit: Math.min(Math.max(limit, 1), idsMax),
          projection: { _id: 0, post_id: 1, timestamp: 1 },
        }),
      );
      return found.map((post) => ({ postId: post.post_id, timestamp: post.timestamp }));
    },
  };
}

/** The originals' index, and others that they do not mind: of open posts, of mentions, and of what is there only once. */
export async function indexPosts(mongo: Mongo, scope: CallScope): Promise<void> {
  const posts = mongo.collection<StoredPost>("post");
  await ensureUnique(posts, "post_id", scope);
  await posts.ensureIndex({ fanout: 1 }, scope, { sparse: true });
  await posts.ensureIndex({ once: 1 }, scope, {
    unique: true,
    partialFilterExpression: { once: { $exists: true } },
  });
  await posts.ensureIndex({ "user_mentions.user_id": 1, timestamp: -1, post_id: -1 }, scope, {
    partialFilterExpression: { "user_mentions.user_id": { $exists: true } },
  });
}

async function isStored(
  posts: Collection<StoredPost>,
  document: StoredPost,
  scope: CallScope,
): Promise<boolean> {
  const stored = await ofMongo(posts.findOne({ post_id: document.post_id }, scope));
  return stored !== null && isSamePost(stored, document);
}
