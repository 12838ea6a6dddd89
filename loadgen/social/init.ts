import { type Errand, type ErrandContext, ErrandError } from "../application.ts";
import { randomOf, shuffled } from "../random.ts";
import { exitCodes, usageExitCode } from "../runner/conclusion.ts";
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

/** Who follows, and whom. */
type Follow = readonly [number, number];

/** They keep two processors busy. More of them cost more each, as they change the same documents. */
const atOnceMax = 16;
const triesMax = 8;
/** Checks take −10 and −11. */
const drawsOfOrder = -4;

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
  /** Who was there before; the others follow nobody yet. */
  readonly #known: number[] = [];
  /** How many follows are there that the graph does not have. */
  #besides = 0;

  constructor({ graph, posts }: InitPlan, tools: Tools) {
    this.#graph = graph;
    this.#posts = posts;
    this.#tools = tools;
  }

  async registerAll(): Promise<void> {
    await this.#each("users", this.#users(), async (user) => {
      if (!(await this.#tools.api.register(accountOf(user)))) this.#known.push(user);
    });
    this.#report("users", this.#graph.users, this.#graph.users - this.#known.length);
  }

  /** Who was there before is asked first whom he follows: that is cheaper than to follow once more. */
  async connectAll(): Promise<void> {
    const known = new Set(this.#known);
    const strangers = this.#users().filter((user) => !known.has(user));
    const missing = [
      ...strangers.flatMap((user) => this.#follows(user)),
      ...(await this.#missingFollows(this.#known, ({ size }) => {
        this.#besides += size;
      })),
    ];
    // In their order, all that are under way would change the same user's list, and wait for each other.
    const random = randomOf(this.#tools.seed, drawsOfOrder);
    await this.#each("follows", shuffled(missing, random), ([user, followee]) =>
      this.#tools.api.follow(accountOf(user), accountOf(followee)),
    );
    const left = await this.#missingFollows([...new Set(missing.map(([user]) => user))]);
    if (left.length > 0) {
      const [[user, followee] = []] = left;
      const text = `${left.length} follows are not there afterwards, such as of ${followee} by ${user}`;
      throw new ErrandError(text, exitCodes.wrongAnswers.code);
    }
    this.#report("edges", this.#graph.friends.length, Math.ceil(missing.length / 2));
    if (this.#besides > 0) this.#tools.say(besidesSay(this.#besides));
  }

  async #missingFollows(
    users: readonly number[],
    onOthers: (others: ReadonlySet<string>) => void = () => {},
  ): Promise<Follow[]> {
    const missing: Follow[] = [];
    await this.#each("lists", users, async (user) => {
      const found = await this.#tools.api.followees(accountOf(user));
      if (!found) {
        throw new ErrandError(`${accountOf(user).name} has another password`, usageExitCode);
      }
      const wanted = this.#follows(user);
      missing.push(...wanted.filter(([, followee]) => !found.has(`${followee}`)));
      onOthers(found.difference(new Set(wanted.map(([, followee]) => `${followee}`))));
    });
    return missing;
  }

  #follows(user: number): Follow[] {
    return Array.from(this.#graph.followees(user), (followee) => [user, followee]);
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

/** Only a start without the data of before takes them away: whom others have users follow is theirs to say. */
function besidesSay(follows: number): string {
  return `besides, ${follows} follows are there that this graph does not have: until a start with --fresh, use the load with --base unknown`;
}

const progressEvery = 50;
