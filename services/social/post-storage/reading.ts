import { type CachedMany, cachedMany } from "@faultline/stores/cached";
import { decodedOnce } from "@faultline/stores/decoded-once";
import type { Cache } from "@faultline/stores/memcached";
import type { Collection } from "@faultline/stores/mongo";
import type { Post } from "@faultline/thrift/social";
import { ofMongo } from "../store-failures.ts";
import { bytesOf } from "./answer.ts";
import { decodePost, encodePost } from "./cached-post.ts";
import { documentOf, postOf, type StoredPost } from "./stored-post.ts";

/** A post that many may be given at once, and so may not be changed; of the database, also as it is there. */
export interface FoundPost {
  readonly post: Post;
  /** As `bytesOf` tells. */
  readonly bytes: number;
  readonly document?: StoredPost | undefined;
}

/** Posts never change, so a cached one is never wrong; it goes so that those nobody reads do not stay for ever. */
const cacheTtlS = 86_400;
/** Timelines have the same posts again and again. */
const remembered = { entriesMax: 4_096, entryBytesMax: 4_096 } as const;

/** Reads posts by their ids, as texts, through the cache, which may fail and may have forgotten. */
export function readingThrough(posts: Collection<StoredPost>, cache: Cache): CachedMany<FoundPost> {
  const projection = { fanout: 0, once: 0 } as const;
  return cachedMany<FoundPost>({
    cache,
    keyOf: (id) => id,
    encode: ({ post, document = documentOf(post) }) => encodePost(document),
    decode: decodedOnce((bytes, id) => {
      const post = decodePost(bytes);
      return `${post.post_id}` === id ? found(post) : undefined;
    }, remembered),
    async load(ids, scope) {
      const wanted = { post_id: { $in: ids.map(BigInt) } };
      const stored = await ofMongo(posts.find(wanted, scope, { projection }));
      return new Map(stored.map((post) => [`${post.post_id}`, found(post, post)]));
    },
    ttlS: cacheTtlS,
  });
}

function found(stored: StoredPost, document?: StoredPost): FoundPost {
  const post = postOf(stored);
  return { post, bytes: bytesOf(post), document };
}
