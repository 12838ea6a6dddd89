import type { Post } from "@faultline/thrift/social";

/** As many bytes as the posts of one answer have together: half of what a message of Thrift may have. */
const answerBytesMax = 8 * 1_048_576;
/** As many bytes as one post may have. The longest text, with all its URLs or mentions, makes half as many. */
export const postBytesMax = 2 * 1_048_576;

/** What a post, and an entry of its lists, has on the wire besides texts, or a little more. */
const postBytes = 128;
const entryBytes = 24;

/** The posts of one answer: as many, from the first on, as it has room for. */
export class Answer {
  readonly posts: Post[] = [];
  #bytes = 0;

  /** Whether there is room for more. A post that no answer has room for is left out, like one that is missing. */
  add(post: Post, bytes = bytesOf(post)): boolean {
    if (bytes > answerBytesMax) return true;
    if (this.#bytes + bytes > answerBytesMax) return false;
    this.#bytes += bytes;
    this.posts.push(post);
    return true;
  }
}

/** How large a post is on the wire, or a little more. */
export function bytesOf({ text, creator, userMentions, media, urls }: Post): number {
  let bytes = postBytes + lengthOf(text) + lengthOf(creator.username);
  for (const { username } of userMentions) bytes += entryBytes + lengthOf(username);
  for (const { mediaType } of media) bytes += entryBytes + lengthOf(mediaType);
  for (const url of urls)
    bytes += entryBytes + lengthOf(url.shortenedUrl) + lengthOf(url.expandedUrl);
  return bytes;
}

function lengthOf(text: string): number {
  return Buffer.byteLength(text);
}
