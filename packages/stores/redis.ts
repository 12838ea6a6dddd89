import type { CallScope } from "@faultline/rpc/call";

/** A member of a sorted set. Scores are doubles: exact for milliseconds, not for 64-bit ids, which are members. */
export interface ScoredMember {
  readonly member: string;
  readonly score: number;
}

/**
 * What a service sees of Redis. Every method throws a `ServiceError`: `unavailable` (no server, or one that does not
 * let us in or cannot write now: `redisCodeOf` gives its own code), `deadlineExceeded`, `canceled`,
 * `resourceExhausted` (no memory left, or too many commands under way), `internal` (anything else). What failed
 * so may have happened all the same; every method may be repeated. Equal scores are ordered by the members' bytes.
 */
export interface Redis {
  /** Adds those members that the sorted set does not have yet (`ZADD NX`); answers how many. */
  addNew(key: string, members: readonly ScoredMember[], scope: CallScope): Promise<number>;
  /** The same member for many sorted sets, pipelined; answers how many did not have it. */
  addNewToMany(keys: readonly string[], member: ScoredMember, scope: CallScope): Promise<number>;
  /** Adds members, or gives those that are there their new scores. */
  put(key: string, members: readonly ScoredMember[], scope: CallScope): Promise<void>;
  /** The members from place `start` to before place `stop`, the highest score first; nothing for an empty range. */
  newest(key: string, start: number, stop: number, scope: CallScope): Promise<string[]>;
  /** All members, the lowest score first. */
  oldest(key: string, scope: CallScope): Promise<string[]>;
  /** Answers how many of these members were there. */
  remove(key: string, members: readonly string[], scope: CallScope): Promise<number>;
  count(key: string, scope: CallScope): Promise<number>;
  /** Removes all but the `size` members with the highest scores. */
  keepNewest(key: string, size: number, scope: CallScope): Promise<void>;
  get(key: string, scope: CallScope): Promise<string | undefined>;
  set(key: string, value: string, scope: CallScope): Promise<void>;
  exists(key: string, scope: CallScope): Promise<boolean>;
  delete(keys: readonly string[], scope: CallScope): Promise<void>;
  /** Names the server's present life: another one means that it was restarted, and may have lost what it had. */
  runId(scope: CallScope): Promise<string>;
  /** Does several things at once, with nothing of others between them. */
  evaluate(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    scope: CallScope,
  ): Promise<ScriptReply>;
  close(): Promise<void>;
}

/** What a script answers: a number is an integer, Lua's `false` and `nil` are null. */
export type ScriptReply = string | number | null | readonly ScriptReply[];

/** A step that nothing can come between: Lua for a server, and the same in TypeScript for the in-memory twin. */
export interface Script {
  /** For the names of spans. */
  readonly name: string;
  readonly lua: string;
  inMemory(redis: KeySpace, keys: readonly string[], args: readonly string[]): ScriptReply;
}

/** The keys of a Redis in memory, as the twin of a script sees them: the methods of `Redis`, answering at once. */
export interface KeySpace {
  addNew(key: string, members: readonly ScoredMember[]): number;
  put(key: string, members: readonly ScoredMember[]): void;
  newest(key: string, start: number, stop: number): string[];
  oldest(key: string): string[];
  score(key: string, member: string): number | undefined;
  remove(key: string, members: readonly string[]): number;
  count(key: string): number;
  keepNewest(key: string, size: number): void;
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  exists(key: string): boolean;
  delete(keys: readonly string[]): void;
}
