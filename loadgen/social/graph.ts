import { type Random, randomOf } from "../random.ts";

/** Two users who follow each other. */
export type Friends = readonly [number, number];

/** Users from 0, and who follows whom: always both or neither, as the original's data sets are read. */
export class Graph {
  readonly users: number;
  /** Each pair once. */
  readonly friends: readonly Friends[];
  /** Where the neighbours of each user begin; they end where the next user's begin. */
  readonly #starts: Uint32Array;
  readonly #neighbours: Uint32Array;

  /** Throws for a user that is not there. Pairs may come twice, in either order; they count once. */
  constructor(users: number, pairs: Iterable<Friends>) {
    this.users = users;
    this.friends = distinct(users, pairs);
    this.#starts = new Uint32Array(users + 1);
    const ends = (each: Friends) => (each[0] === each[1] ? [each[0]] : each);
    for (const each of this.friends) for (const user of ends(each)) add(this.#starts, user + 1, 1);
    for (let user = 0; user < users; user++) add(this.#starts, user + 1, this.#starts[user] ?? 0);
    this.#neighbours = new Uint32Array(this.#starts[users] ?? 0);
    const next = this.#starts.slice();
    for (const [a, b] of this.friends) {
      for (const [user, other] of a === b
        ? [[a, b]]
        : ([
            [a, b],
            [b, a],
          ] as const)) {
        this.#neighbours[next[user ?? 0] ?? 0] = other ?? 0;
        add(next, user ?? 0, 1);
      }
    }
    for (let user = 0; user < users; user++) this.followees(user).sort();
  }

  /** Whom a user follows, and who follows him. */
  followees(user: number): Uint32Array {
    return this.#neighbours.subarray(this.#starts[user] ?? 0, this.#starts[user + 1] ?? 0);
  }

  isFollowing(user: number, followee: number): boolean {
    const followees = this.followees(user);
    let [low, high] = [0, followees.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((followees[middle] ?? 0) < followee) low = middle + 1;
      else high = middle;
    }
    return followees[low] === followee;
  }
}

function add(counts: Uint32Array, at: number, count: number): void {
  counts[at] = (counts[at] ?? 0) + count;
}

function distinct(users: number, pairs: Iterable<Friends>): Friends[] {
  const found = new Map<number, Friends>();
  for (const [a, b] of pairs) {
    const [low, high] = a < b ? [a, b] : [b, a];
    if (low < 0 || high >= users) throw new Error(`there is no user ${low < 0 ? low : high}`);
    found.set(high * users + low, [high, low]);
  }
  return [...found.values()];
}

export interface GraphSize {
  readonly users: number;
  readonly edges: number;
}

/** As large as the original's smallest data set. */
const usual = { users: 962, edges: 18_812, seed: 1 };

/** The graph that is made unless another one is asked for. */
export function defaultGraph(): Graph {
  return generatedGraph(usual);
}

/**
 * A graph of friendships in which few have many friends and many have few: the number of users with k friends falls
 * with the third power of k. Everybody has one at least, and everybody is connected with everybody.
 */
export function generatedGraph({
  users,
  edges,
  seed,
}: GraphSize & { readonly seed: number }): Graph {
  const edgesMax = (users * (users - 1)) / 2;
  if (edges < users - 1 || edges > edgesMax) throw new Error("so many edges cannot be");
  const random = randomOf(seed, drawsOfGraphs);
  const upTo = sums(Array.from({ length: users }, (_, user) => (user + flattening) ** -0.5));
  const found = new Map<number, Friends>();
  const connect = (a: number, b: number) => {
    if (a !== b) found.set(Math.max(a, b) * users + Math.min(a, b), [a, b]);
  };
  for (let user = 1; user < users; user++) connect(user, drawn(upTo, user, random));
  while (found.size < edges) connect(drawn(upTo, users, random), drawn(upTo, users, random));
  return new Graph(users, found.values());
}

/** Requests take the numbers from 0, arrivals −2. */
const drawsOfGraphs = -3;
/** So that the best known have a third of all as friends, not all. */
const flattening = 5;

function sums(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}

/** One of the first users, each by his weight. */
function drawn(upTo: readonly number[], users: number, random: Random): number {
  const wanted = random() * (upTo[users - 1] ?? 0);
  let [low, high] = [0, users - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((upTo[middle] ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
