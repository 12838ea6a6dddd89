import type { Judge, Mix } from "@faultline/loadgen/journey";
import { type Random, uniformInteger } from "@faultline/loadgen/random";
import { trafficOf } from "@faultline/loadgen/runner/traffic";
import { isTimeline } from "@faultline/loadgen/social/answers";
import { generatedGraph } from "@faultline/loadgen/social/graph";
import { initErrand } from "@faultline/loadgen/social/init";
import { mixOf } from "@faultline/loadgen/social/mix";
import { Posts } from "@faultline/loadgen/social/posts";
import type { BenchApplication } from "./application.ts";
import { growSocial } from "./social-growth.ts";

// As many friends each as in the default graph, which would take minutes to make, round after round.
const graph = generatedGraph({ users: 200, edges: 3_911, seed: 1 });

const compose = "compose-post";
const readHome = "read ten posts, home";
const readOwn = "read ten posts, user";

/** Social Network: posts, whose making has to reach 39 followers on average and up to six who are mentioned, and pages. */
export const social: BenchApplication = {
  yardstick: "thrift",
  // Posts are made first, so that every page that is read then is full.
  loads: [
    { name: compose, warmup: 0.5 },
    { name: readHome, warmup: 1 },
    { name: readOwn, warmup: 1 },
  ],
  begin(seed) {
    const posts = new Posts(graph);
    const mixes: Readonly<Record<string, Mix<Posts>>> = {
      [compose]: mixOf(compose, graph.users),
      [readHome]: reading("home"),
      [readOwn]: reading("user"),
    };
    return (load) => trafficOf(mixes[load] ?? [], posts, seed);
  },
  grow: growSocial,
  async prepare(url) {
    const client = { url, connections: 32, deadlineMs: 30_000, targetPrefix: "" };
    const stop = new AbortController().signal;
    const quiet = { progress: () => {}, say: () => {} };
    await initErrand({ graph, posts: 0 })({ seed: 1, client, stop, ...quiet });
  },
};

function reading(kind: "home" | "user"): Mix<Posts> {
  const journey = (random: Random) => {
    const user = uniformInteger(random, 0, graph.users - 1);
    return {
      query: { user_id: `${user}`, start: "0", stop: "10" },
      expect: (posts: Posts) => full(isTimeline({ kind, user, start: 0, stop: 10 }, posts)),
    };
  };
  const path = `/wrk2-api/${kind}-timeline/read`;
  return [{ operation: `read-${kind}-timeline`, share: 1, method: "GET", path, journey }];
}

/** And there must be ten of them. */
function full(judge: Judge): Judge {
  return (body) => {
    const complaint = judge(body);
    if (complaint !== undefined) return complaint;
    const { length } = JSON.parse(body);
    return length === 10 ? undefined : `${length} posts came, not ten`;
  };
}
