import type { Collection } from "@faultline/stores/mongo";
import type { PostStorageServiceHandlers } from "@faultline/thrift/social";
import { ofMongo } from "../store-failures.ts";
import { Answer } from "./answer.ts";
import { assertFew } from "./refusals.ts";
import { postOf, type StoredPost } from "./stored-post.ts";

/** Each may mention thousands of users. Whoever lists them goes on until there are none. */
const listedMax = 100;
/** What a timeline does not ask of a post. */
const projection = { text: 0, urls: 0, media: 0 } as const;

type OpenPosts = Pick<PostStorageServiceHandlers, "closePosts" | "listOpenPosts">;

/** Posts that may have yet to reach timelines: their documents have a mark, the time at which they were stored. */
export function createOpenPosts(posts: Collection<StoredPost>): OpenPosts {
  return {
    async listOpenPosts({ storedBefore, limit, without }, call) {
      assertFew(without);
      if (limit <= 0) return [];
      const others = without.length > 0 ? { post_id: { $nin: [...without] } } : {};
      const open = { fanout: { $lt: storedBefore }, ...others };
      const options = {
        sort: { fanout: 1 },
        limit: Math.min(limit, listedMax),
        projection,
      } as const;
      const answer = new Answer();
      for (const found of await ofMongo(posts.find(open, call, options))) {
        if (!answer.add(postOf(found))) break;
      }
      return answer.posts;
    },

    async closePosts({ postIds }, call) {
      assertFew(postIds);
      const marked = { post_id: { $in: [...postIds] }, fanout: { $exists: true } };
      await ofMongo(posts.updateMany(marked, { $unset: { fanout: "" } }, call));
    },
  };
}
