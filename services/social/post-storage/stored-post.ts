import type { Document } from "@faultline/stores/mongo";
import type { Post } from "@faultline/thrift/social";

/** A document of `post.post`, its fields in the originals' order. */
export interface StoredPost extends Document {
  readonly post_id: bigint;
  readonly timestamp: bigint;
  readonly text: string;
  readonly req_id: bigint;
  readonly post_type: number;
  readonly creator: { readonly user_id: bigint; readonly username: string };
  readonly urls: readonly { readonly shortened_url: string; readonly expanded_url: string }[];
  readonly user_mentions: readonly { readonly user_id: bigint; readonly username: string }[];
  readonly media: readonly { readonly media_id: bigint; readonly media_type: string }[];
  /** When the post was stored, in milliseconds since 1970, while it has yet to reach the timelines. */
  readonly fanout?: bigint;
  /** Who asked for it, and by which key, if the post is to be there only once. */
  readonly once?: string;
}

export function documentOf(post: Post): StoredPost {
  return {
    post_id: post.postId,
    timestamp: post.timestamp,
    text: post.text,
    req_id: post.reqId,
    post_type: post.postType,
    creator: { user_id: post.creator.userId, username: post.creator.username },
    urls: post.urls.map((url) => ({
      shortened_url: url.shortenedUrl,
      expanded_url: url.expandedUrl,
    })),
    user_mentions: post.userMentions.map(({ userId, username }) => ({
      user_id: userId,
      username,
    })),
    media: post.media.map(({ mediaId, mediaType }) => ({
      media_id: mediaId,
      media_type: mediaType,
    })),
  };
}

/** Another program may have written the document: what it lacks reads as nothing, as it would from the wire. */
export function postOf(document: Partial<StoredPost>): Post {
  return {
    postId: document.post_id ?? 0n,
    creator: {
      userId: document.creator?.user_id ?? 0n,
      username: document.creator?.username ?? "",
    },
    reqId: document.req_id ?? 0n,
    text: document.text ?? "",
    userMentions: (document.user_mentions ?? []).map((mention) => ({
      userId: mention.user_id,
      username: mention.username,
    })),
    media: (document.media ?? []).map((each) => ({
      mediaId: each.media_id,
      mediaType: each.media_type,
    })),
    urls: (document.urls ?? []).map((url) => ({
      shortenedUrl: url.shortened_url,
      expandedUrl: url.expanded_url,
    })),
    timestamp: document.timestamp ?? 0n,
    postType: document.post_type ?? 0,
  };
}

/** Whether both are the same post, wherever they are in their fan-out. */
export function isSamePost(a: Partial<StoredPost>, b: Partial<StoredPost>): boolean {
  return comparable(a) === comparable(b);
}

function comparable(document: Partial<StoredPost>): string {
  return JSON.stringify(postOf(document), (_, value) =>
    typeof value === "bigint" ? `${value}` : value,
  );
}
