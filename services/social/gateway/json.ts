import type { Post } from "@faultline/thrift/social";

/** A post as JSON has it: ids as decimal strings, which hold all 64 bits. */
export function postJson(post: Post) {
  return {
    post_id: String(post.postId),
    req_id: String(post.reqId),
    timestamp: String(post.timestamp),
    text: post.text,
    post_type: post.postType,
    creator: userJson(post.creator),
    user_mentions: post.userMentions.map(userJson),
    media: post.media.map(({ mediaId, mediaType }) => ({
      media_id: String(mediaId),
      media_type: mediaType,
    })),
    urls: post.urls.map(({ shortenedUrl, expandedUrl }) => ({
      shortened_url: shortenedUrl,
      expanded_url: expandedUrl,
    })),
  };
}

/** A user wherever one is named. */
export function userJson({
  userId,
  username,
}: {
  readonly userId: bigint;
  readonly username: string;
}) {
  return { user_id: String(userId), username };
}
