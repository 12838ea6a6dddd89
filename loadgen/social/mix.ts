import type { Journey, Mix, Row } from "../journey.ts";
import { type Random, uniformInteger } from "../random.ts";
import { isComposed, isTimeline } from "./answers.ts";
import { composeForm, type Draft } from "./draft.ts";
import { alphanumerics, digits, letters } from "./letters.ts";
import type { Posts } from "./posts.ts";

/** The original's scripts by name; `mixed` has all three. */
export const mixes = ["mixed", "compose-post", "read-home-timeline", "read-user-timeline"] as const;

/** The requests of a script of that name, of so many users. Throws if there is none. */
export function mixOf(name: string, users: number): Mix<Posts> {
  const rows = mixedWorkload(users);
  if (name === "mixed") return rows;
  const row = rows.find(({ operation }) => operation === name);
  if (!row) throw new Error(`the mix must be one of ${mixes}, not "${name}"`);
  return [{ ...row, share: 1 }];
}

// The original sends this with every request, also where there is no body.
const headers = { "content-type": "application/x-www-form-urlencoded" };

function mixedWorkload(users: number): Mix<Posts> {
  return [
    reading("home", 0.6, users),
    reading("user", 0.3, users),
    {
      ...{ operation: "compose-post", share: 0.1, method: "POST" },
      ...{ path: "/wrk2-api/post/compose", headers, journey: compose(users) },
    },
  ];
}

function reading(kind: "home" | "user", share: number, users: number): Row<Posts> {
  return {
    ...{ operation: `read-${kind}-timeline`, share, method: "GET" },
    ...{ path: `/wrk2-api/${kind}-timeline/read`, headers },
    journey(random) {
      const user = uniformInteger(random, 0, users - 1);
      const start = uniformInteger(random, 0, deepestStart);
      const page = { kind, user, start, stop: start + postsOfPage };
      return {
        query: { user_id: `${user}`, start: `${start}`, stop: `${page.stop}` },
        expect: (posts) => isTimeline(page, posts),
      };
    },
  };
}

const deepestStart = 100;
const postsOfPage = 10;

/** Somebody posts a text that mentions others, with links and pictures. */
function compose(users: number): (random: Random) => Journey<Posts> {
  return (random) => {
    const draft = drawDraft(random, users);
    return { body: bodyOf(draft), expect: (posts) => isComposed(draft, posts) };
  };
}

function drawDraft(random: Random, users: number): Draft {
  const author = uniformInteger(random, 0, users - 1);
  const some = <Each>(min: number, max: number, draw: () => Each) =>
    Array.from({ length: uniformInteger(random, min, max) }, draw);
  return {
    author,
    words: letters(random, 256, alphanumerics),
    mentions: some(1, 6, () => otherThan(author, users, random)),
    urls: some(1, 6, () => `http://${letters(random, 64, alphanumerics)}`),
    media: some(1, 5, () => letters(random, 18, digits)),
  };
}

function otherThan(author: number, users: number, random: Random): number {
  const drawn = uniformInteger(random, 0, users - 2);
  return drawn < author ? drawn : drawn + 1;
}

/** As the original's script writes it: nothing of it is encoded. */
function bodyOf(draft: Draft): string {
  const fields = Object.entries(composeForm(draft)).map(([name, value]) => `${name}=${value}`);
  return fields.join("&");
}
