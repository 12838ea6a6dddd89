import { setTimeout as sleep } from "node:timers/promises";
import { type Errand, type ErrandContext, ErrandError } from "../../application.ts";
import { type Random, randomOf } from "../../random.ts";
import { type Client, openClient } from "../../runner/client.ts";
import { exitCodes, usageExitCode } from "../../runner/conclusion.ts";
import { Api } from "../api.ts";
import { inParallel } from "../in-parallel.ts";
import { type Cast, draftCast, drawWish, gather } from "./cast.ts";
import {
  type Attempt,
  type Evidence,
  entryOf,
  type Finding,
  judgeLists,
  judgeStorage,
  judgeTimeline,
  type Timeline,
} from "./findings.ts";
import type { Running } from "./running.ts";
import { Stores, StoresError } from "./stores.ts";
import { makeTrouble, untilSo } from "./trouble.ts";
import { Writers } from "./writers.ts";

export interface CheckPlan {
  /** How many posts shall be acknowledged. */
  readonly posts: number;
  readonly running: Running;
}

const userPerPosts = 25;
const users = { min: 12, max: 400 };
const atOnce = 8;
const triesMax = 12;
const shownMax = 20;

/** Has posts made while processes are killed at random; says afterwards what is lost, doubled or misplaced. */
export function checkErrand(plan: CheckPlan): Errand {
  return async (context) => {
    const client = openClient({ ...context.client, connections: 4 * atOnce });
    const api = new Api({ ...context.client, connections: atOnce, triesMax, stop: context.stop });
    try {
      const check = new Check(plan, { ...context, api, requests: client });
      return await check.run();
    } catch (error) {
      if (!context.stop.aborted) throw error;
      throw new ErrandError("stopped before anything was compared", exitCodes.stopped.code);
    } finally {
      await Promise.all([client.close(), api.close()]);
    }
  };
}

interface Tools extends ErrandContext {
  readonly api: Api;
  readonly requests: Client;
}

class Check {
  readonly #posts: number;
  readonly #running: Running;
  readonly #tools: Tools;
  readonly #random: Random;
  readonly #cast: Cast;

  constructor({ posts, running }: CheckPlan, tools: Tools) {
    this.#posts = posts;
    this.#running = running;
    this.#tools = tools;
    const size = Math.min(users.max, Math.max(users.min, Math.ceil(posts / userPerPosts)));
    this.#random = randomOf(tools.seed, checkDraws);
    // Nobody else has users of this moment.
    this.#cast = draftCast(size, Date.now(), randomOf(tools.seed, checkDraws - 1));
  }

  async run(): Promise<number> {
    const { api, stop, say } = this.#tools;
    // If nothing can be killed or looked at, nothing shall have been made.
    await this.#withStores(usageExitCode, (stores) => stores.reach());
    await gather(this.#cast, api, stop);
    say(`${this.#cast.accounts.length} users are there`);
    const attempts = await this.#makeTroubledPosts();
    const startMs = performance.now();
    return await this.#withStores(exitCodes.failures.code, async (stores) => {
      await this.#settle(stores);
      say(`everything is repaired ${((performance.now() - startMs) / 1_000).toFixed(1)} s later`);
      return this.#report(await this.#compare(attempts, stores));
    });
  }

  /** Does something with the stores as they are now. What goes wrong with them ends the errand with that code. */
  async #withStores<Result>(
    exitCode: number,
    work: (stores: Stores) => Promise<Result>,
  ): Promise<Result> {
    const stores = new Stores(await this.#running.servers(), this.#running.caFile);
    try {
      return await work(stores);
    } catch (cause) {
      if (!(cause instanceof StoresError) || this.#tools.stop.aborted) throw cause;
      const text = `the stores cannot be read past the services: ${cause.message}`;
      throw new ErrandError(text, exitCode);
    } finally {
      await stores.close();
    }
  }

  async #makeTroubledPosts(): Promise<readonly Attempt[]> {
    const { requests, stop, say, progress } = this.#tools;
    const done = new AbortController();
    const until = AbortSignal.any([done.signal, stop]);
    const writers = new Writers(requests, this.#cast, this.#random);
    const trouble = makeTrouble(this.#running, this.#random, until);
    const broken = new AbortController();
    trouble.catch((error) => broken.abort(error));
    const fickle = writers.changeMinds(until);
    const wish = () => drawWish(this.#cast, this.#random);
    try {
      const stopped = AbortSignal.any([stop, broken.signal]);
      await writers.write({ posts: this.#posts, atOnce, stop: stopped, wish, progress });
    } finally {
      done.abort();
      await fickle;
    }
    const killed = await trouble;
    if (killed.length === 0) {
      const text = "nothing was killed while so few posts were made; ask for more";
      throw new ErrandError(text, usageExitCode);
    }
    const counts = [...Map.groupBy(killed, (name) => name)].map(
      ([name, kills]) => `${name} ${kills.length}×`,
    );
    say(`${killed.length} processes were killed: ${counts.sort().join(", ")}`);
    return writers.attempts;
  }

  /** Also a post that is not stored yet may still be made, if only the one who waited for it is gone. */
  async #settle(stores: Stores): Promise<void> {
    const { stop } = this.#tools;
    const isWhole = async () =>
      (await this.#running.servers()).every(({ state }) => state === "ready");
    await untilSo("every process is ready", isWhole, stop);
    await sleep(composeLimitMs, undefined, { signal: stop });
    await untilSo("nothing waits for repair", async () => (await stores.unfinished()) === 0, stop);
  }

  async #compare(attempts: readonly Attempt[], stores: Stores): Promise<Finding[]> {
    const { accounts, fickle } = this.#cast;
    const stored = await stores.postsBy(accounts.map(({ id }) => id));
    const acknowledged = attempts.filter((attempt) => attempt.acknowledged).length;
    this.#tools.say(
      `${attempts.length} posts were asked for, ${acknowledged} acknowledged; ${stored.length} are stored`,
    );
    const evidence: Evidence = { cast: this.#cast, attempts, stored };
    const findings = judgeStorage(evidence);
    const { stop } = this.#tools;
    await inParallel(accounts, { atOnce, stop }, async ({ id }, user) => {
      for (const timeline of await this.#timelinesOf(id, user, stores)) {
        findings.push(...judgeTimeline(timeline, evidence));
      }
    });
    const ids = [...accounts, ...fickle].map(({ id }) => id);
    return [...findings, ...judgeLists(await stores.lists(ids), this.#cast)];
  }

  /** As the front door shows them, and then, once Redis has what it may have lost, as the stores have them. */
  async #timelinesOf(id: number, user: number, stores: Stores): Promise<Timeline[]> {
    const { api } = this.#tools;
    const shown = async (kind: "home" | "user") => (await api.posts(id, kind)).map(entryOf);
    const [home, own] = [await shown("home"), await shown("user")];
    return [
      { where: "front door", kind: "home", user, posts: home },
      { where: "front door", kind: "user", user, posts: own },
      { where: "MongoDB", kind: "user", user, posts: await stores.userTimeline(id) },
      { where: "Redis", kind: "home", user, posts: await stores.inRedis("home", id) },
      { where: "Redis", kind: "user", user, posts: await stores.inRedis("user", id) },
    ];
  }

  #report(findings: readonly Finding[]): number {
    const { say } = this.#tools;
    for (const kind of ["lost", "doubled", "misplaced", "out of order", "disagreeing"] as const) {
      const own = findings.filter((finding) => finding.kind === kind);
      say(`${kind}: ${own.length}`);
      for (const { text } of own.slice(0, shownMax)) say(`  ${text}`);
    }
    return findings.length === 0 ? 0 : exitCodes.wrongAnswers.code;
  }
}

const checkDraws = -10;
/** Longer than the application tries to make a post. */
const composeLimitMs = 10_000;
