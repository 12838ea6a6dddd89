import { setTimeout as sleep } from "node:timers/promises";
import { ErrandError } from "../application.ts";
import { type Client, type ClientOptions, openClient, type Reply } from "../runner/client.ts";
import { exitCodes } from "../runner/conclusion.ts";
import { shown } from "../verdict.ts";
import { composeForm, type Draft } from "./draft.ts";
import { Complaint, type Post, parseTimeline } from "./post.ts";

/** A user and what he is called; the original's scripts name everybody by number. */
export interface Account {
  readonly id: number;
  readonly name: string;
  readonly password: string;
}

/** The user of that number. */
export function accountOf(id: number): Account {
  return { id, name: `username_${id}`, password: `password_${id}` };
}

const firstPauseMs = 100;
const pageSize = 100;

export interface ApiOptions extends ClientOptions {
  /** How often what fails is tried. */
  readonly triesMax: number;
  readonly stop: AbortSignal;
}

/** The front door, for those who build something up or look at it. Throws an `ErrandError` for what fails. */
export class Api {
  readonly #client: Client;
  readonly #stop: AbortSignal;
  readonly #triesMax: number;

  constructor({ triesMax, stop, ...client }: ApiOptions) {
    this.#client = openClient(client);
    this.#stop = stop;
    this.#triesMax = triesMax;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Whether the user is new; if not, he has been there before. */
  async register({ id, name, password }: Account): Promise<boolean> {
    const [, number = ""] = /_(\d+)$/.exec(name) ?? [];
    const fields = {
      ...{ first_name: `first_name_${number}`, last_name: `last_name_${number}` },
      ...{ username: name, password, user_id: `${id}` },
    };
    const isThere = ({ body }: Said) => body.includes("already existed");
    const reply = await this.#persistently("/wrk2-api/user/register", form(fields), isThere);
    return !isThere(reply);
  }

  /** By their ids: names would have to be looked up. */
  async follow(user: Account, followee: Account): Promise<void> {
    const fields = { user_id: `${user.id}`, followee_id: `${followee.id}` };
    await this.#persistently("/wrk2-api/user/follow", form(fields));
  }

  /** The ids of those whom the user follows; undefined if he cannot log in. */
  async followees({ name, password }: Account): Promise<Set<string> | undefined> {
    const isRefused = ({ status }: Said) => status === 401;
    const login = await this.#persistently(
      "/api/user/login",
      form({ username: name, password }),
      (said) => said.status === 302 || isRefused(said),
    );
    if (isRefused(login)) return undefined;
    const cookie = `${login.headers["set-cookie"] ?? ""}`.split(";")[0] ?? "";
    const { body } = await this.#persistently("/api/user/get_followee", { headers: { cookie } });
    // The service's own answer, whose shape the gateway's tests promise.
    const found = JSON.parse(body) as readonly { readonly followee_id: string }[];
    return new Set(Array.from(found, ({ followee_id }) => followee_id));
  }

  async compose(draft: Draft): Promise<void> {
    await this.#persistently("/wrk2-api/post/compose", form(composeForm(draft)));
  }

  /** Everything that a user has posted, or that he is shown at home. */
  async posts(user: number, kind: "home" | "user" = "user"): Promise<Post[]> {
    const posts: Post[] = [];
    for (;;) {
      const page = `user_id=${user}&start=${posts.length}&stop=${posts.length + pageSize}`;
      const { body } = await this.#persistently(`/wrk2-api/${kind}-timeline/read?${page}`, {});
      const found = readTimeline(body);
      posts.push(...found);
      if (found.length < pageSize) return posts;
    }
  }

  async #persistently(
    target: string,
    more: { readonly headers?: Record<string, string>; readonly body?: string },
    isRight: (said: Said) => boolean = ({ status }) => status === 200,
  ): Promise<Said> {
    const method = more.body === undefined ? "GET" : "POST";
    for (let tries = 1, pauseMs = firstPauseMs; ; tries++, pauseMs *= 2) {
      const reply = await this.#client.ask({ method, target, ...more });
      if (!("failure" in reply) && (reply.status === 200 || isRight(reply))) return reply;
      this.#stop.throwIfAborted();
      if (tries === this.#triesMax)
        throw new ErrandError(failureOf(target, reply), exitCodes.failures.code);
      await sleep(pauseMs, undefined, { signal: this.#stop });
    }
  }
}

type Said = Exclude<Reply, { readonly failure: string }>;

function failureOf(target: string, reply: Reply): string {
  const what = "failure" in reply ? reply.failure : `status ${reply.status}, ${shown(reply.body)}`;
  return `${target.split("?")[0]} does not succeed: ${what}`;
}

function form(fields: Readonly<Record<string, string>>) {
  return {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  };
}

/** What is no timeline is a wrong answer. */
function readTimeline(body: string): Post[] {
  try {
    return parseTimeline(body);
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    throw new ErrandError(error.message, exitCodes.wrongAnswers.code);
  }
}
