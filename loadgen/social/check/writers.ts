import { setTimeout as sleep } from "node:timers/promises";
import { ErrandError } from "../../application.ts";
import { type Random, uniformInteger } from "../../random.ts";
import type { Client } from "../../runner/client.ts";
import { exitCodes } from "../../runner/conclusion.ts";
import { accountsOf, type Cast, type Wish } from "./cast.ts";
import type { Attempt } from "./findings.ts";

export interface Writing {
  /** How many are to be acknowledged. */
  readonly posts: number;
  readonly atOnce: number;
  readonly stop: AbortSignal;
  readonly wish: () => Wish;
  readonly progress: (line: string) => void;
}

/** So that there is time for trouble: what is killed takes seconds to come back. */
const pauseMs = 250;
/** Processes that are killed again and again are back after half a minute. */
const progressWithinMs = 180_000;
const changeOfMindMs = 100;

/** Those who use the application while it is in trouble. They try nothing twice. */
export class Writers {
  readonly attempts: Attempt[] = [];
  readonly #client: Client;
  readonly #cast: Cast;
  readonly #random: Random;

  constructor(client: Client, cast: Cast, random: Random) {
    this.#client = client;
    this.#cast = cast;
    this.#random = random;
  }

  /** Resolves when so many posts are acknowledged. */
  async write({ posts, atOnce, stop, wish, progress }: Writing): Promise<void> {
    let acknowledged = 0;
    let lastMs = Date.now();
    const writer = async () => {
      while (acknowledged < posts) {
        stop.throwIfAborted();
        if (Date.now() - lastMs > progressWithinMs) throw stuck();
        const wanted = wish();
        const isMade = await this.#post("/wrk2-api/post/compose", this.#composeForm(wanted));
        this.attempts.push({ ...wanted, acknowledged: isMade });
        if (isMade) {
          acknowledged++;
          lastMs = Date.now();
        }
        progress(`posts: ${acknowledged} of ${posts}, asked for ${this.attempts.length}`);
        await sleep(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, writer));
  }

  /** Some follow and unfollow each other until the signal aborts. */
  async changeMinds(until: AbortSignal): Promise<void> {
    const { fickle } = this.#cast;
    const drawn = () => fickle[uniformInteger(this.#random, 0, fickle.length - 1)];
    while (!until.aborted) {
      const verb = this.#random() < 0.5 ? "follow" : "unfollow";
      const fields = { user_id: `${drawn()?.id}`, followee_id: `${drawn()?.id}` };
      await this.#post(`/wrk2-api/user/${verb}`, fields);
      // The end is looked at next.
      await sleep(changeOfMindMs);
    }
  }

  #composeForm({ author, words, mentions }: Wish): Record<string, string> {
    const [writer, ...others] = accountsOf(this.#cast, [author, ...mentions]);
    return {
      ...{ username: writer?.name ?? "", user_id: `${writer?.id}`, post_type: "0" },
      text: [words, ...others.map(({ name }) => `@${name}`)].join(" "),
    };
  }

  async #post(target: string, fields: Record<string, string>): Promise<boolean> {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const body = new URLSearchParams(fields).toString();
    const reply = await this.#client.ask({ method: "POST", target, headers, body });
    return !("failure" in reply) && reply.status === 200;
  }
}

function stuck(): ErrandError {
  const text = `no post was made for ${progressWithinMs / 1_000} s: the application does not recover`;
  return new ErrandError(text, exitCodes.failures.code);
}
