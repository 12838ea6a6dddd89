import type { StoredPost } from "./stored-post.ts";

// What memcached has is shared with the originals: the whole document as MongoDB's legacy extended JSON, where an
// int64 is a bare number. JavaScript's own numbers are not exact beyond 2^53, so these pass through here as texts.

/** Writes a post as the originals do; all their named fields are there, and the mark of its fan-out is not. */
export function encodePost(post: StoredPost): string {
  const { creator } = post;
  return object([
    ...identity(post._id),
    ["post_id", `${post.post_id}`],
    ["timestamp", `${post.timestamp}`],
    ["text", text(post.text)],
    ["req_id", `${post.req_id}`],
    ["post_type", `${post.post_type}`],
    ["creator", user(creator)],
    [
      "urls",
      array(post.urls, (url) =>
        object([
          ["shortened_url", text(url.shortened_url)],
          ["expanded_url", text(url.expanded_url)],
        ]),
      ),
    ],
    ["user_mentions", array(post.user_mentions, user)],
    [
      "media",
      array(post.media, (each) =>
        object([
          ["media_id", `${each.media_id}`],
          ["media_type", text(each.media_type)],
        ]),
      ),
    ],
  ]);
}

type Fields = readonly (readonly [name: string, json: string])[];

function object(fields: Fields): string {
  return `{ ${fields.map(([name, json]) => `"${name}" : ${json}`).join(", ")} }`;
}

function array<Item>(items: readonly Item[] | undefined, jsonOf: (item: Item) => string): string {
  return `[ ${(items ?? []).map(jsonOf).join(", ")} ]`;
}

function user({ user_id, username }: StoredPost["creator"]): string {
  return object([
    ["user_id", `${user_id}`],
    ["username", text(username)],
  ]);
}

function text(value: string): string {
  return JSON.stringify(value);
}

function identity(id: unknown): Fields {
  const hex = String(id);
  return /^[0-9a-f]{24}$/.test(hex) ? [["_id", `{ "$oid" : "${hex}" }`]] : [];
}

/**
 * A field with an int64. Within a JSON text a quotation mark has a backslash before it, so this pattern finds fields
 * only: what follows their name is a mark without one.
 */
const int64Field = /"(post_id|timestamp|req_id|user_id|media_id)"\s*:\s*(-?\d+)/g;

/** Reads what `encodePost`, or an original, has written. Throws if a field is missing or is not what it should be. */
export function decodePost(bytes: Uint8Array): StoredPost {
  const json = decoder.decode(bytes).replace(int64Field, '"$1":"$2"');
  const value = JSON.parse(json);
  return {
    post_id: int64(value.post_id),
    timestamp: int64(value.timestamp),
    text: string(value.text),
    req_id: int64(value.req_id),
    post_type: int32(value.post_type),
    creator: userOf(value.creator),
    urls: list(value.urls, (url) => ({
      shortened_url: string(url.shortened_url),
      expanded_url: string(url.expanded_url),
    })),
    user_mentions: list(value.user_mentions, userOf),
    media: list(value.media, (each) => ({
      media_id: int64(each.media_id),
      media_type: string(each.media_type),
    })),
  };
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** What JSON.parse gave; each field is looked at before it is used. */
type Parsed = Record<string, unknown>;

function userOf(value: unknown): StoredPost["creator"] {
  const fields = parsed(value);
  return { user_id: int64(fields.user_id), username: string(fields.username) };
}

function parsed(value: unknown): Parsed {
  if (typeof value !== "object" || value === null) throw new TypeError("not an object");
  return value as Parsed;
}

function list<Item>(value: unknown, itemOf: (item: Parsed) => Item): Item[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new TypeError("not a list");
  return value.map((item) => itemOf(parsed(item)));
}

function string(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("not a text");
  return value;
}

function int32(value: unknown): number {
  if (!Number.isInteger(value)) throw new TypeError("not a number");
  return value as number;
}

function int64(value: unknown): bigint {
  if (typeof value !== "string") throw new TypeError("not an int64");
  const exact = BigInt(value);
  if (BigInt.asIntN(64, exact) !== exact) throw new RangeError("not an int64");
  return exact;
}
