import type { Judge } from "../journey.ts";
import { shown } from "../verdict.ts";
import { type Draft, markOf } from "./draft.ts";
import type { Graph } from "./graph.ts";
import { Complaint, isBefore, type Post, parseTimeline } from "./post.ts";
import { isOlder, type Posts, type Sent } from "./posts.ts";

/** Part of a timeline: the posts from `start` to before `stop`, the newest first. */
export interface Page {
  readonly kind: "home" | "user";
  readonly user: number;
  readonly start: number;
  readonly stop: number;
}

const composed = "Successfully upload post\n";

/** The application must say that the post is made; later answers must show it. */
export function isComposed(draft: Draft, posts: Posts): Judge {
  const sent = posts.send(draft);
  return (body) => {
    if (body !== composed) return `${JSON.stringify(composed)} was expected, ${shown(body)} came`;
    posts.acknowledge(sent);
    return undefined;
  };
}

/**
 * The body must be a page of posts that belong there, in order and each once. Posts of this run must be as they were
 * asked for, and those that were acknowledged before the page was asked for must not be missing.
 */
export function isTimeline(page: Page, posts: Posts): Judge {
  const askedMs = posts.now();
  return (body) => {
    try {
      judge(parseTimeline(body), { page, posts, askedMs });
      return undefined;
    } catch (error) {
      if (error instanceof Complaint) return error.message;
      throw error;
    }
  };
}

interface Question {
  readonly page: Page;
  readonly posts: Posts;
  readonly askedMs: number;
}

function judge(found: readonly Post[], { page, posts, askedMs }: Question): void {
  if (found.length > page.stop - page.start) {
    throw new Complaint(`${found.length} posts came, ${page.stop - page.start} were asked for`);
  }
  const asked = found.map((post) => posts.askedFor(post));
  for (const [place, post] of found.entries()) {
    const before = found[place - 1];
    if (before && !isBefore(before, post)) {
      throw new Complaint(`post ${post.postId} stands after ${before.postId}, which is older`);
    }
    judgePlace(post, page, posts.graph);
    const sent = asked[place];
    if (sent) judgeContent(post, sent, posts);
    else judgeConsistency(post);
  }
  judgeCompleteness(found, asked, { page, posts, askedMs });
}

/** It must be by the user himself, or at home by somebody whom he follows, or mention him. */
function judgePlace(post: Post, { kind, user }: Page, graph: Graph | undefined): void {
  const { creator, mentions, postId } = post;
  if (kind === "user") {
    if (creator.id === `${user}`) return;
    throw new Complaint(`post ${postId} is by user ${creator.id}, not by ${user}`);
  }
  if (!graph || mentions.some(({ id }) => id === `${user}`)) return;
  if (graph.isFollowing(user, Number(creator.id))) return;
  throw new Complaint(
    `post ${postId} is by user ${creator.id}, whom ${user} does not follow, and does not mention him`,
  );
}

const shortUrl = /^http:\/\/short-url\/[a-zA-Z0-9]{10}$/;

/** It must be what was asked for, and the same each time that it is read. */
function judgeContent(post: Post, sent: Sent, posts: Posts): void {
  const { author, words, mentions, urls, media } = sent.draft;
  const { postId, timestamp } = post;
  if (sent.seen && (sent.seen.postId !== postId || sent.seen.timestamp !== timestamp)) {
    throw new Complaint(`a post of user ${author} is there as ${sent.seen.postId} and ${postId}`);
  }
  judgeTime(post, posts.madeBetween(sent));
  posts.recognise(sent, { postId, timestamp });
  const names = mentions.map((user) => ` @username_${user}`);
  const text = [words, ...names, ...post.urls.map(({ shortened }) => ` ${shortened}`)].join("");
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ["text", post.text, text],
    ["post_type", post.postType, 0],
    ["creator", post.creator, { id: `${author}`, name: `username_${author}` }],
    ["expanded_url", post.urls.map(({ expanded }) => expanded), urls],
    ["media", post.media, media.map((id) => ({ id: withoutZeros(id), type: "png" }))],
    ["shortened_url", post.urls.every(({ shortened }) => shortUrl.test(shortened)), true],
    ["user_mentions", sorted(post.mentions), sorted(mentioned(sent.draft, post, posts.graph))],
  ];
  for (const [what, came, wanted] of expected) {
    if (JSON.stringify(came) === JSON.stringify(wanted)) continue;
    throw new Complaint(
      `${what} of post ${postId}: ${JSON.stringify(wanted)} was expected, ${JSON.stringify(came)} came`,
    );
  }
}

/** It must be of the time when it was asked for. */
function judgeTime({ postId, timestamp }: Post, [fromMs, toMs]: readonly [number, number]): void {
  if (Number(timestamp) >= fromMs && Number(timestamp) <= toMs) return;
  throw new Complaint(
    `timestamp of post ${postId}: one from ${fromMs} to ${toMs} was expected, ${timestamp} came`,
  );
}

/** Everybody who is registered, once. Who is, nobody may know. */
function mentioned({ mentions }: Draft, post: Post, graph: Graph | undefined) {
  const users = [...new Set(mentions)].map((user) => ({ id: `${user}`, name: `username_${user}` }));
  if (graph) return users.filter(({ id }) => Number(id) < graph.users);
  return users.filter(({ name }) => post.mentions.some((each) => each.name === name));
}

function sorted<Each>(values: readonly Each[]): string[] {
  return values.map((value) => JSON.stringify(value)).sort();
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, "");
}

/** Of a post that others have made: what stands beside the text must also stand in it. */
function judgeConsistency({ postId, text, urls, mentions }: Post): void {
  const strange =
    urls.find(({ shortened }) => !text.includes(shortened))?.shortened ??
    mentions.find(({ name }) => !text.includes(`@${name}`))?.name;
  if (strange === undefined) return;
  throw new Complaint(`the text of post ${postId} does not have ${strange}`);
}

type Asked = readonly (Sent | undefined)[];

/**
 * A post that must be in the timeline must be on the page if so many newer ones must be there that it cannot stand
 * before the page, and the page ends with an older one or with the timeline.
 */
function judgeCompleteness(
  found: readonly Post[],
  asked: Asked,
  { page, posts, askedMs }: Question,
): void {
  const { kind, user, start, stop } = page;
  const due = posts.dueIn(kind, user).filter(({ answeredMs = askedMs }) => answeredMs < askedMs);
  const isAtTheEnd = found.length < stop - start;
  // A post of an earlier run has the same words, and proves nothing once it can be told from one of this run.
  const marks = new Set(posts.clocksAgree ? [] : found.map(({ text }) => markOf(text)));
  for (const sent of due) {
    if (asked.includes(sent) || marks.has(markOf(sent.draft.words))) continue;
    const cannotStandAfter =
      isAtTheEnd ||
      asked.some((other) => other && isOlder(other, sent)) ||
      found.some((post) => posts.isFromBefore(post, sent));
    if (!cannotStandAfter) continue;
    const newer = due.filter((other) => isOlder(sent, other));
    if (newer.length < start) continue;
    const { author, words } = sent.draft;
    throw new Complaint(`an acknowledged post of user ${author} is missing: ${shown(words)}`);
  }
}
