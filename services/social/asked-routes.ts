import type { FrontDoor, Route } from "@faultline/faults/verify/routes";

const author = { id: "900000001", name: "ada" };
const reader = { id: "900000002", name: "grace" };
const password = "correct horse";
/** More than are made while one of these requests is under way. */
const pageSize = "80";

/** The newest post of the author that was acknowledged: from then on, every timeline must have it. */
let acknowledged = "";

const routes: readonly Route[] = [
  {
    path: "/wrk2-api/post/compose",
    method: "POST",
    weight: 0.1,
    reaches: [
      ...["compose-post-service", "home-timeline-service", "media-service", "post-storage-service"],
      ...["social-graph-service", "text-service", "unique-id-service", "url-shorten-service"],
      ...["user-mention-service", "user-service", "user-timeline-service"],
      ...["home-timeline-redis", "user-timeline-redis"],
    ],
    form: (index) => postOf(textOf(index)),
    answer: /Successfully upload post/,
    judge: (index) => () => {
      acknowledged = textOf(index);
      return true;
    },
  },
  reading("home", reader.id),
  reading("user", author.id),
  {
    path: "/wrk2-api/user/register",
    method: "POST",
    weight: 0,
    reaches: ["user-service", "social-graph-service"],
    form: (index) => personOf(newcomer(index)),
    answer: /Success!/,
  },
  {
    path: "/api/user/login",
    method: "POST",
    weight: 0,
    reaches: ["user-service"],
    form: () => ({ username: author.name, password }),
    status: 302,
    answer: /(?:)/,
  },
];

/** What is asked of Social Network to see whether it is well. */
export const frontDoor: FrontDoor = {
  name: "nginx-thrift",
  tracedAs: "nginx-web-server",
  routes,
  async prepare(url, signal) {
    const post = async (path: string, fields: Record<string, string>) => {
      const body = new URLSearchParams(fields);
      const response = await fetch(`${url}${path}`, { method: "POST", body, signal });
      const said = await response.text();
      if (response.ok || said.includes("already existed")) return;
      throw new Error(`${path} does not succeed: ${response.status} ${said.trim()}`);
    };
    for (const person of [author, reader]) await post("/wrk2-api/user/register", personOf(person));
    const edge = { user_name: reader.name, followee_name: author.name };
    await post("/wrk2-api/user/follow", edge);
    await post("/wrk2-api/post/compose", postOf(firstText));
    acknowledged = firstText;
  },
};

/** Everything on the page must be what was posted, and what was acknowledged must be there. */
function reading(kind: "home" | "user", userId: string): Route {
  return {
    path: `/wrk2-api/${kind}-timeline/read`,
    method: "GET",
    weight: kind === "home" ? 0.6 : 0.3,
    reaches: [
      ...[`${kind}-timeline-service`, `${kind}-timeline-redis`],
      ...["post-storage-service", "post-storage-memcached"],
    ],
    query: () => ({ user_id: userId, start: "0", stop: pageSize }),
    answer: /"post_id"/,
    judge() {
      const due = acknowledged;
      return (body) => isPage(body, due);
    },
  };
}

/** A post as the gateway answers it, as far as it is looked at here. */
interface Post {
  readonly text: string;
  readonly creator: { readonly username: string };
}

function isPage(body: string, due: string): boolean {
  const posts = JSON.parse(body) as readonly Post[];
  return (
    posts.every(({ creator, text }) => creator.username === author.name && isOurs.test(text)) &&
    posts.some(({ text }) => text.startsWith(due))
  );
}

const run = Date.now();
const firstText = `${run}-first said to `;
const isOurs = /^\d+-(first|\d+) said to @grace http/;

function textOf(index: number): string {
  return `${run}-${index} said to `;
}

function postOf(text: string) {
  return {
    ...{ user_id: author.id, username: author.name, post_type: "0" },
    text: `${text}@${reader.name} http://${"a".repeat(32)}`,
    ...{ media_ids: '["900000000000000001"]', media_types: '["png"]' },
  };
}

interface Person {
  readonly id: string;
  readonly name: string;
}

function newcomer(index: number): Person {
  return { id: `${run + index}`, name: `newcomer_${run}_${index}` };
}

function personOf({ id, name }: Person) {
  return { first_name: "A", last_name: "B", username: name, password, user_id: id };
}
