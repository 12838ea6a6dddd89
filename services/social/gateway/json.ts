import { jsonText, jsonType } from "@faultline/rpc/http/json";
import type { HttpAnswer } from "@faultline/rpc/http/route";
import type { Post } from "@faultline/thrift/social";

/** Texts of posts that come again as they were, which the contract's reader tells. */
const texts = new WeakMap<Post, string>();

/** A page of posts. */
export function postsAnswer(
  posts: readonly Post[],
  headers?: Readonly<Record<string, string>>,
): HttpAnswer {
  const body = `[${posts.map(postText).join(",")}]\n`;
  return { headers: { "content-type": jsonType, ...headers }, body };
}

function postText(post: Post): string {
  const known = texts.get(post);
  if (known !== undefined) return known;
  const text = jsonText(postJson(post));
  if (Object.isFrozen(post)) texts.set(post, text);
  return text;
}

/** A post as JSON has it: ids as decimal strings, which hold all 64 bits. */
function postJson(post: Post) {
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
