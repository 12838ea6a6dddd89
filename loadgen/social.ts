// k6 run social.ts -e RATE=200 -e DURATION=1m
import { scriptOf } from "./k6-script.ts";
import { defaultGraph } from "./social/graph.ts";
import { mixOf } from "./social/mix.ts";
import { baseOf, Posts } from "./social/posts.ts";

const graph = defaultGraph();
const base = baseOf(__ENV.BASE || "unknown");

export const { options, visit, handleSummary } = scriptOf({
  app: "social",
  url: "http://127.0.0.1:8080",
  mix: mixOf(__ENV.MIX || "mixed", graph.users),
  knowledge: new Posts(base === "init" ? graph : undefined),
});
