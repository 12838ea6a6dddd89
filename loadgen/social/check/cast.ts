import { type Random, uniformInteger } from "../../random.ts";
import type { Account, Api } from "../api.ts";
import { inParallel } from "../in-parallel.ts";
import { alphanumerics, letters } from "../letters.ts";

/** Users of a check's own, whom nobody else knows. They are numbered from 0. */
export interface Cast {
  readonly accounts: readonly Account[];
  /** Of each user, whom he follows all the time. */
  readonly followees: readonly ReadonlySet<number>[];
  /** Users who follow and unfollow each other meanwhile, and post nothing. */
  readonly fickle: readonly Account[];
}

/** A post that somebody shall make. */
export interface Wish {
  readonly author: number;
  /** No two posts have the same. */
  readonly words: string;
  readonly mentions: readonly number[];
}

const followeesEach = 10;
const fickleCount = 6;

/** Whom there shall be. `runId` tells them from those of other checks. */
export function draftCast(size: number, runId: number, random: Random): Cast {
  const account = (number: number): Account => ({
    id: runId * 1_000 + number,
    name: `check_${runId}_${number}`,
    password: `password_${number}`,
  });
  const numbers = Array.from({ length: size }, (_, number) => number);
  return {
    accounts: numbers.map(account),
    followees: numbers.map((own) => {
      const some = Array.from({ length: followeesEach }, () => uniformInteger(random, 0, size - 1));
      return new Set(some.filter((other) => other !== own));
    }),
    fickle: Array.from({ length: fickleCount }, (_, i) => account(size + i)),
  };
}

/** Registers them all, and has them follow each other. */
export async function gather({ accounts, followees, fickle }: Cast, api: Api, stop: AbortSignal) {
  const pool = { atOnce: 16, stop };
  await inParallel([...accounts, ...fickle], pool, async (account) => {
    await api.register(account);
  });
  const follows = accounts.flatMap((account, number) =>
    [...(followees[number] ?? [])].flatMap((other) => {
      const followee = accounts[other];
      return followee ? [{ account, followee }] : [];
    }),
  );
  await inParallel(follows, pool, ({ account, followee }) => api.follow(account, followee));
}

const mentionsMax = 3;

export function drawWish({ accounts }: Cast, random: Random): Wish {
  const user = () => uniformInteger(random, 0, accounts.length - 1);
  return {
    author: user(),
    words: letters(random, 64, alphanumerics),
    mentions: Array.from({ length: uniformInteger(random, 0, mentionsMax) }, user),
  };
}

/** Whether the post belongs into the home timeline of the user. */
export function isFor({ author, mentions }: Wish, user: number, { followees }: Cast): boolean {
  return mentions.includes(user) || (followees[user]?.has(author) ?? false);
}

/** The accounts of users with these numbers. */
export function accountsOf({ accounts }: Cast, numbers: readonly number[]): Account[] {
  return numbers.flatMap((number) => accounts[number] ?? []);
}
