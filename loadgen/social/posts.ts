import { type Draft, markOf } from "./draft.ts";
import type { Graph } from "./graph.ts";
import { isGreater, type Moment, type Post } from "./post.ts";

/** What is known of the data before the traffic: what `--init` makes, or nothing. */
export const bases = ["init", "unknown"] as const;
export type Base = (typeof bases)[number];

/** The base of that name. Throws if there is none. */
export function baseOf(name: string): Base {
  const found = bases.find((each) => each === name);
  if (found) return found;
  throw new Error(`the base must be one of ${bases}, not "${name}"`);
}

/** A post that this run has asked for. Times are this machine's, in milliseconds since 1970. */
export interface Sent {
  readonly draft: Draft;
  readonly sentMs: number;
  /** When the post was acknowledged. */
  answeredMs?: number;
  /** What it was when it was first read. */
  seen?: Moment;
}

/** Clocks of two machines differ by less than this. */
const clocksDifferMs = 2_000;
/** Of two posts, the one that was asked for this long after the other was acknowledged is the newer one. */
const apartMs = 100;
/** In 2001. A smaller time is in seconds, or nobody's. */
const oldestMs = 1e12;
const keptMax = 20_000;
const keptOfUser = 128;

/**
 * What a run knows of posts: those it has asked for, by what their texts begin with, and in which timelines the
 * acknowledged ones must be. Nothing else is assumed, so others may post meanwhile.
 */
export class Posts {
  readonly graph: Graph | undefined;
  readonly now: () => number;
  readonly #beganMs: number;
  readonly #sent = new Map<string, Sent>();
  readonly #own = new Map<number, Sent[]>();
  readonly #home = new Map<number, Sent[]>();
  #clocksAgree = false;

  /** Without a graph, who follows whom and who is registered is not known. */
  constructor(graph?: Graph, now = Date.now) {
    this.graph = graph;
    this.now = now;
    this.#beganMs = now();
  }

  /** A post is about to be asked for. */
  send(draft: Draft): Sent {
    const sent: Sent = { draft, sentMs: this.now() };
    this.#sent.set(markOf(draft.words), sent);
    if (this.#sent.size > keptMax) {
      const [oldest = ""] = this.#sent.keys();
      this.#sent.delete(oldest);
    }
    return sent;
  }

  /** The application has said that the post is made: from now on it is in all timelines where it belongs. */
  acknowledge(sent: Sent): void {
    const { author, mentions } = sent.draft;
    sent.answeredMs = this.now();
    keep(this.#own, author, sent);
    if (!this.graph) return;
    const users = this.graph.users;
    const registered = mentions.filter((user) => user < users);
    for (const user of new Set([...this.graph.followees(author), ...registered])) {
      keep(this.#home, user, sent);
    }
  }

  /** The acknowledged posts that must be in a timeline; of many, the last ones. */
  dueIn(kind: "home" | "user", user: number): readonly Sent[] {
    return (kind === "home" ? this.#home : this.#own).get(user) ?? [];
  }

  /** What was asked for when this post was made, if it is of this run and not of an earlier one with the same seed. */
  askedFor(post: Post): Sent | undefined {
    const sent = this.#sent.get(markOf(post.text));
    if (!sent) return undefined;
    const madeMs = Number(post.timestamp);
    const isEarlier =
      madeMs >= oldestMs &&
      madeMs < this.#beganMs + clocksDifferMs &&
      madeMs <= sent.sentMs - clocksDifferMs;
    return isEarlier ? undefined : sent;
  }

  /** Between which times, in milliseconds since 1970, the application has made the post. */
  madeBetween({ sentMs, answeredMs = this.now() }: Sent): readonly [number, number] {
    return [sentMs - clocksDifferMs, answeredMs + clocksDifferMs];
  }

  /** Whether the application's clock is known to agree with this machine's, so that posts tell of which run they are. */
  get clocksAgree(): boolean {
    return this.#clocksAgree;
  }

  /** This is the post that was asked for. */
  recognise(sent: Sent, seen: Moment): void {
    sent.seen = seen;
    this.#clocksAgree = true;
  }

  /** Whether the post was there long before the other one was asked for, as far as clocks can be believed. */
  isFromBefore(post: Post, sent: Sent): boolean {
    return this.#clocksAgree && Number(post.timestamp) < sent.sentMs - clocksDifferMs;
  }
}

/** Whether `a` is certain to be older than `b`, as far as their requests tell. */
export function isOlder(a: Sent, b: Sent): boolean {
  if (a.seen && b.seen && a.seen.timestamp !== b.seen.timestamp) {
    return isGreater(b.seen.timestamp, a.seen.timestamp);
  }
  return a.answeredMs !== undefined && a.answeredMs + apartMs < b.sentMs;
}

function keep(lists: Map<number, Sent[]>, user: number, sent: Sent): void {
  const list = lists.get(user) ?? [];
  list.push(sent);
  if (list.length > keptOfUser) list.shift();
  lists.set(user, list);
}
