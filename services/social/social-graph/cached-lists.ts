import { randomBytes } from "node:crypto";
import { type CallScope, within } from "@faultline/rpc/call";
import type { Redis, ScriptReply } from "@faultline/stores/redis";
import type { Edge, Pair } from "./graph-document.ts";
import { beginFilling, fillingMs, publish, readList, stage, stagedMax } from "./list-scripts.ts";

/** How long one step with Redis may take, in milliseconds; then it is done without. */
const stepLimitMs = 500;

/** The key of a list, as the originals have it. */
export type ListKey = `${bigint}:followers` | `${bigint}:followees`;

/** Permission to publish a list that is read from the database after this was given. */
export interface Filling {
  readonly key: ListKey;
  readonly token: string;
  readonly runId: string;
}

/**
 * Lists of ids in Redis: sorted sets under the originals' keys, each the whole list or absent. A list counts only
 * while `<key>:proof` holds the run id of the server that it was published to, and its length; so what a restarted
 * server brings back counts for nothing. Before a list is read from the database `<key>:filling` gets a token. A
 * change takes list, proof and token away, after the database has it; without its token a list is not published.
 *
 * Nothing here throws for Redis: what it does not answer is read from the database. If a change could not take a list
 * away, this process trusts no list any more until `regainTrust`. Others know nothing of that, and trust the old list
 * for the seconds until a repair has taken it away; whoever must not asks the database first, as `Lists` does.
 */
export class CachedLists {
  readonly #redis: Redis;
  readonly #limitMs: number;
  #trusted = false;
  #failedForgets = 0;
  #answers = true;

  constructor(redis: Redis, limitMs = stepLimitMs) {
    this.#redis = redis;
    this.#limitMs = limitMs;
  }

  get trusted(): boolean {
    return this.#trusted;
  }

  /** Does what must end with no change left whose lists were not taken away; then lists count, or do again. */
  async regainTrust(work: () => Promise<void>): Promise<void> {
    const before = this.#failedForgets;
    await work();
    this.#trusted = this.#failedForgets === before;
  }

  /** The whole list, the oldest edge first; undefined if it is not known for certain. */
  async read(key: ListKey, scope: CallScope): Promise<bigint[] | undefined> {
    if (!this.#trusted) return undefined;
    return await this.#optional(scope, async (step) => {
      const reply = await this.#redis.evaluate(readList, [key, proofOf(key)], [], step());
      const [runId, length] = parseProof(reply);
      if (runId === undefined) return undefined;
      const members = membersIn(reply) ?? (await this.#redis.oldest(key, step()));
      // Asked last: if the server was restarted in between, the list may be one of before.
      if (runId !== (await this.#redis.runId(step()))) return undefined;
      return members.length === length ? parseIds(members) : undefined;
    });
  }

  /** Undefined if the list need not or cannot be published, or somebody else is about to. */
  async beginFilling(key: ListKey, scope: CallScope): Promise<Filling | undefined> {
    if (!this.#trusted) return undefined;
    return await this.#optional(scope, async (step) => {
      const runId = await this.#redis.runId(step());
      const token = randomBytes(9).toString("base64url");
      const args = [token, `${fillingMs}`];
      const begun = await this.#redis.evaluate(beginFilling, [tokenOf(key)], args, step());
      return begun === 1 ? { key, token, runId } : undefined;
    });
  }

  /** Publishes a list unless it was changed since the filling began. */
  async publish({ key, token, runId }: Filling, edges: readonly Edge[], scope: CallScope) {
    const staged = `${key}:filling:${token}`;
    await this.#optional(scope, async (step) => {
      for (let start = 0; start < edges.length; start += stagedMax) {
        const chunk = edges.slice(start, start + stagedMax);
        const pairs = chunk.flatMap(({ user_id, timestamp }) => [`${timestamp}`, `${user_id}`]);
        const keys = [tokenOf(key), staged];
        const kept = await this.#redis.evaluate(stage, keys, [token, ...pairs], step());
        if (kept !== 1) return;
      }
      const keys = [key, proofOf(key), tokenOf(key), staged];
      const args = [token, `${runId} ${edges.length}`, `${edges.length}`];
      await this.#redis.evaluate(publish, keys, args, step());
    });
  }

  /** Takes away the lists that a change concerns; answers whether it is certain that they are gone. */
  async forget({ user, followee }: Pair, scope: CallScope): Promise<boolean> {
    const lists: ListKey[] = [`${user}:followees`, `${followee}:followers`];
    const keys = lists.flatMap((key) => [key, proofOf(key), tokenOf(key)]);
    const gone = await this.#optional(scope, async (step) => {
      await this.#redis.delete(keys, step());
      return true;
    });
    if (gone) return true;
    this.#failedForgets++;
    this.#trusted = false;
    return false;
  }

  async #optional<Result>(
    scope: CallScope,
    work: (step: () => CallScope) => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      const result = await work(() => within(scope, this.#limitMs));
      this.#answers = true;
      return result;
    } catch (error) {
      // One line for each outage; the layers around Redis count every failure.
      if (this.#answers) scope.log.warn("cache skipped", { store: "redis", reason: String(error) });
      this.#answers = false;
      return undefined;
    }
  }
}

function proofOf(key: ListKey): string {
  return `${key}:proof`;
}

function tokenOf(key: ListKey): string {
  return `${key}:filling`;
}

function parseProof(reply: ScriptReply): [runId?: string, length?: number] {
  const [runId, length] = Array.isArray(reply) ? String(reply[0]).split(" ") : [];
  return runId && length ? [runId, Number(length)] : [];
}

function membersIn(reply: ScriptReply): string[] | undefined {
  const members = Array.isArray(reply) ? reply[1] : undefined;
  return Array.isArray(members) ? members.map(String) : undefined;
}

/** Undefined if a member is no number, which none of ours is. */
function parseIds(members: readonly string[]): bigint[] | undefined {
  try {
    return members.map(BigInt);
  } catch {
    return undefined;
  }
}
