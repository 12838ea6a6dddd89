import type { Post } from "../post.ts";
import { isBefore } from "../post.ts";
import { type Cast, isFor, type Wish } from "./cast.ts";
import type { StoredLists, StoredPost, StoredTimeline } from "./stores.ts";

/** A post that was asked for, and whether that was acknowledged. If not, it may be everywhere or nowhere. */
export interface Attempt extends Wish {
  readonly acknowledged: boolean;
}

/** A timeline of one user, wherever it was read. */
export interface Timeline {
  readonly where: string;
  readonly kind: "home" | "user";
  readonly user: number;
  readonly posts: StoredTimeline;
}

export type FindingKind = "lost" | "doubled" | "misplaced" | "out of order" | "disagreeing";

export interface Finding {
  readonly kind: FindingKind;
  readonly text: string;
}

export interface Evidence {
  readonly cast: Cast;
  readonly attempts: readonly Attempt[];
  readonly stored: readonly StoredPost[];
}

/** Holds storage against what was acknowledged. */
export function judgeStorage({ attempts, stored }: Evidence): Finding[] {
  const byWords = Map.groupBy(stored, ({ text }) => wordsOf(text));
  return attempts.flatMap(({ words, acknowledged }): Finding[] => {
    const found = byWords.get(words) ?? [];
    if (found.length > 1)
      return [{ kind: "doubled", text: `${words} is stored ${found.length} times` }];
    if (found.length === 1 || !acknowledged) return [];
    return [{ kind: "lost", text: `${words} was acknowledged and is not stored` }];
  });
}

/** Holds a timeline against what is stored: it must have each post that belongs there once, and no other. */
export function judgeTimeline(timeline: Timeline, { cast, attempts, stored }: Evidence): Finding[] {
  const { where, kind, user, posts } = timeline;
  const wishes = new Map(attempts.map((attempt) => [attempt.words, attempt]));
  const wanted = stored.filter(({ text }) => {
    const wish = wishes.get(wordsOf(text));
    return wish && (kind === "user" ? wish.author === user : isFor(wish, user, cast));
  });
  const place = `in the ${kind} timeline of ${user} (${where})`;
  const counts = new Map<string, number>();
  for (const { postId } of posts) counts.set(postId, (counts.get(postId) ?? 0) + 1);
  const times = new Map(stored.map(({ postId, timestamp }) => [postId, timestamp]));
  const ids = new Set(wanted.map(({ postId }) => postId));
  return [
    ...[...ids]
      .filter((id) => !counts.has(id))
      .map((id): Finding => ({ kind: "lost", text: `${id} is not ${place}` })),
    ...[...counts]
      .filter(([, count]) => count > 1)
      .map(
        ([id, count]): Finding => ({ kind: "doubled", text: `${id} is ${count} times ${place}` }),
      ),
    ...[...counts.keys()]
      .filter((id) => !ids.has(id))
      .map((id): Finding => ({ kind: "misplaced", text: `${id} is ${place}` })),
    ...posts
      .filter(({ postId, timestamp }) => ids.has(postId) && times.get(postId) !== timestamp)
      .map(
        ({ postId }): Finding => ({
          kind: "misplaced",
          text: `${postId} has another time ${place}`,
        }),
      ),
    ...posts
      .filter((post, i) => i > 0 && !isBefore(posts[i - 1] ?? post, post))
      .map(
        ({ postId }): Finding => ({ kind: "out of order", text: `${postId} is too late ${place}` }),
      ),
  ];
}

/** Followees of one and followers of the other must agree, for every pair, and have nobody twice. */
export function judgeLists(
  lists: ReadonlyMap<string, StoredLists>,
  { accounts, followees }: Cast,
): Finding[] {
  const findings: string[] = [];
  for (const [user, own] of lists) {
    for (const followee of own.followees) {
      const back = lists.get(followee)?.followers.filter((each) => each === user).length;
      if (back !== 1) findings.push(`${user} follows ${followee}, who has him ${back} times`);
    }
    for (const follower of own.followers) {
      if (!lists.get(follower)?.followees.includes(user)) {
        findings.push(`${user} has the follower ${follower}, who does not follow him`);
      }
    }
    const twice = own.followees.length - new Set(own.followees).size;
    if (twice > 0) findings.push(`${user} follows ${twice} users twice`);
  }
  for (const [number, account] of accounts.entries()) {
    const found = new Set(lists.get(`${account.id}`)?.followees);
    for (const other of followees[number] ?? []) {
      const id = `${accounts[other]?.id}`;
      if (!found.has(id))
        findings.push(`${account.id} has never unfollowed ${id}, and follows him no more`);
    }
  }
  return findings.map((text) => ({ kind: "disagreeing", text }));
}

/** A post of the front door, as a timeline has it. */
export function entryOf({ postId, timestamp }: Post): StoredTimeline[number] {
  return { postId, timestamp };
}

function wordsOf(text: string): string {
  return text.split(" ")[0] ?? "";
}
