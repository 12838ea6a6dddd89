import { shown } from "../verdict.ts";

/** A post as JSON has it; ids and times are decimal numbers of up to 64 bits. */
export interface Post {
  readonly postId: string;
  readonly reqId: string;
  /** Milliseconds since 1970. */
  readonly timestamp: string;
  readonly text: string;
  readonly postType: number;
  readonly creator: User;
  readonly mentions: readonly User[];
  readonly media: readonly { readonly id: string; readonly type: string }[];
  readonly urls: readonly Url[];
}

export interface User {
  readonly id: string;
  readonly name: string;
}

export interface Url {
  readonly shortened: string;
  readonly expanded: string;
}

/** What is wrong with an answer; the message says it. */
export class Complaint extends Error {
  override readonly name = "Complaint";
}

/** Reads the body of a timeline. Throws a `Complaint` if it is none. */
export function parseTimeline(body: string): Post[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Complaint(`not JSON: ${shown(body)}`);
  }
  return list(value, "a timeline").map(parsePost);
}

function parsePost(value: unknown): Post {
  const post = record(value, "a post");
  return {
    postId: decimal(post, "post_id"),
    reqId: decimal(post, "req_id"),
    timestamp: decimal(post, "timestamp"),
    text: string(post, "text"),
    postType: postType(post.post_type),
    creator: parseUser(post.creator),
    mentions: list(post.user_mentions, "user_mentions").map(parseUser),
    media: list(post.media, "media").map((each) => {
      const item = record(each, "a medium");
      return { id: decimal(item, "media_id"), type: string(item, "media_type") };
    }),
    urls: list(post.urls, "urls").map((each) => {
      const url = record(each, "a URL");
      return { shortened: string(url, "shortened_url"), expanded: string(url, "expanded_url") };
    }),
  };
}

function parseUser(value: unknown): User {
  const user = record(value, "a user");
  return { id: decimal(user, "user_id"), name: string(user, "username") };
}

type Fields = Readonly<Record<string, unknown>>;

function record(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Complaint(`${what} is not an object: ${shown(JSON.stringify(value) ?? "")}`);
}

/** The original writes an empty list as `{}`, and its clients take either. */
function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (JSON.stringify(value) === "{}") return [];
  throw new Complaint(`${what} is not a list: ${shown(JSON.stringify(value) ?? "")}`);
}

function string(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw new Complaint(`${name} is not a string: ${JSON.stringify(value)}`);
}

function decimal(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string" && /^(0|-?[1-9]\d{0,18})$/.test(value)) return value;
  throw new Complaint(`${name} is not a decimal string: ${JSON.stringify(value)}`);
}

function postType(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new Complaint(`post_type is not a whole number: ${JSON.stringify(value)}`);
}

/** Whether a timeline has `a` before `b`: the newer first, and of equals the one with the greater id. */
export function isBefore(a: Moment, b: Moment): boolean {
  return a.timestamp === b.timestamp
    ? isGreater(a.postId, b.postId)
    : isGreater(a.timestamp, b.timestamp);
}

export interface Moment {
  readonly timestamp: string;
  readonly postId: string;
}

/** Of decimal numbers, not below zero. */
export function isGreater(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}
