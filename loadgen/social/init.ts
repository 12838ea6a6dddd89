import { type Errand, type ErrandContext, ErrandError } from "../application.ts";
import { exitCodes } from "../runner/conclusion.ts";
import { Api, accountOf } from "./api.ts";
import { type Draft, markOf } from "./draft.ts";
import { drawEarlierPost } from "./earlier-posts.ts";
import type { Graph } from "./graph.ts";
import { inParallel } from "./in-parallel.ts";

export interface InitPlan {
  readonly graph: Graph;
  /** How many posts there shall be, beside those of others. */
  readonly posts: number;
}

const atOnceMax = 64;
const triesMax = 8;

/** Registers the users of a graph, has them follow each other, and lets them post. What is there already stays. */
export function initErrand(plan: InitPlan): Errand {
  return async (context) => {
    const { client, stop, say } = context;
    const atOnce = Math.min(client.connections, atOnceMax);
    const api = new Api({ ...client, connections: atOnce, triesMax, stop });
    const startMs = performance.now();
    try {
      const work = new Init(plan, { api, atOnce, ...context });
      await work.registerAll();
      await work.connectAll();
      if (plan.posts > 0) await work.postAll();
      say(`ready after ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
      return 0;
    } catch (error) {
      if (!stop.aborted) throw error;
      throw new ErrandError("stopped; the same command goes on from here", exitCodes.stopped.code);
    } finally {
      await api.close();
    }
  };
}

interface Tools extends Pick<ErrandContext, "progress" | "say" | "seed" | "stop"> {
  readonly api: Api;
  readonly atOnce: number;
}

class Init {
  readonly #graph: Graph;
  readonly #posts: number;
  readonly #tools: Tools;

  constructor({ graph, posts }: InitPlan, tools: Tools) {
    this.#graph = graph;
    this.#posts = posts;
    this.#tools = tools;
  }

  async registerAll(): Promise<void> {
    let added = 0;
    await this.#each("users", this.#users(), async (user) => {
      if (await this.#tools.api.register(accountOf(user))) added++;
    });
    this.#report("users", this.#graph.users, added);
  }

  /** Who follows whom is asked first: to ask is cheaper than to follow once more. */
  async connectAll(): Promise<void> {
    const missing = await this.#missingFollows();
    await this.#each("follows", missing, ([user, followee]) =>
      this.#tools.api.follow(accountOf(user), accountOf(followee)),
    );
    const left = missing.length > 0 ? await this.#missingFollows() : [];
    if (left.length > 0) {
      const [[user, followee] = []] = left;
      const text = `${left.length} follows are not there afterwards, such as of ${followee} by ${user}`;
      throw new ErrandError(text, exitCodes.wrongAnswers.code);
    }
    this.#report("edges", this.#graph.friends.length, Math.ceil(missing.length / 2));
  }

  async #missingFollows(): Promise<[number, number][]> {
    const missing: [number, number][] = [];
    await this.#each("lists", this.#users(), async (user) => {
      const found = await this.#tools.api.followees(accountOf(user));
      if (!found) throw new ErrandError(`${accountOf(user).name} has another password`, 1);
      for (const followee of this.#graph.followees(user)) {
        if (!found.has(`${followee}`)) missing.push([user, followee]);
      }
    });
    return missing;
  }

  /** A post that is there is not made again: its words tell. */
  async postAll(): Promise<void> {
    const { seed, api } = this.#tools;
    const drafts = Array.from({ length: this.#posts }, (_, index) =>
      drawEarlierPost({ seed, index, users: this.#graph.users }),
    );
    const missing: Draft[] = [];
    const byAuthor = Map.groupBy(drafts, ({ author }) => author);
    await this.#each("timelines", [...byAuthor], async ([author, own]) => {
      const marks = new Set((await api.posts(author)).map(({ text }) => markOf(text)));
      missing.push(...own.filter(({ words }) => !marks.has(markOf(words))));
    });
    await this.#each("posts", missing, (draft) => api.compose(draft));
    this.#report("posts", drafts.length, missing.length);
  }

  #users(): number[] {
    return Array.from({ length: this.#graph.users }, (_, user) => user);
  }

  async #each<Item>(
    what: string,
    items: readonly Item[],
    work: (item: Item) => Promise<void>,
  ): Promise<void> {
    const { progress } = this.#tools;
    let done = 0;
    await inParallel(items, this.#tools, async (item) => {
      await work(item);
      done++;
      if (done % progressEvery === 0) progress(`${what}: ${done} of ${items.length}`);
    });
  }

  #report(what: string, count: number, added: number): void {
    const before = count - added;
    this.#tools.say(`${what}: ${count}, of them ${added} new and ${before} there before`);
  }
}

const progressEvery = 50;
