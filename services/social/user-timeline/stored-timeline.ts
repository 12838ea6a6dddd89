import type { Document } from "@faultline/stores/mongo";
import type { TimelineEntry } from "@faultline/thrift/social";
import { mergeNewest } from "../newest.ts";

/** A post's place, as the originals store it. */
export interface StoredEntry {
  readonly post_id: bigint;
  readonly timestamp: bigint;
}

/** A document of `user-timeline.user-timeline`. */
export interface StoredTimeline extends Document {
  readonly user_id: bigint;
  /** The newest first. An original has them in the order of their arrival. */
  readonly posts: readonly StoredEntry[];
  /** This post and all before it are, or are about to be, in documents of their own: see `OlderPosts`. */
  readonly older?: StoredEntry;
  /** They are about to be. */
  readonly moving?: boolean;
}

/** The order of timelines, as MongoDB takes it. */
export const newestFirst = { timestamp: -1, post_id: -1 } as const;

export function isNewer(a: StoredEntry, b: StoredEntry): boolean {
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  return a.post_id > b.post_id;
}

/** The entries in the order of timelines, each post once: some programs are known to write otherwise. */
export function entriesOf(posts: readonly StoredEntry[] = []): TimelineEntry[] {
  const entries = posts.map(({ post_id, timestamp }) => ({ postId: post_id, timestamp }));
  return mergeNewest([entries], entries.length);
}
