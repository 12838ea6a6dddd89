import { deepEqual, match } from "node:assert/strict";
import { bringUp, type Step, type World } from "../steps.ts";

const fewPosts = ["--compose", "200"];

/** What is done with Social Network once it is up. */
export function socialSteps(world: World): readonly Step[] {
  const { init, load, kill, restart } = stepsOf(world);
  return [init, load, kill, restart];
}

/** The same where its stores speak TLS; whoever looks for lost posts reads them past the services, and does not. */
export function socialTlsSteps(world: World): readonly Step[] {
  const { init, load, restart } = stepsOf(world);
  return [init, load, restart];
}

function stepsOf(world: World) {
  return {
    init: {
      says: "register users, have them follow each other and post",
      does: () => init(world),
    },
    load: { says: "load", does: () => load(world) },
    kill: { says: "kill containers while posts are made", does: () => check(world) },
    restart: {
      says: "take the stack down, bring it up, find its data",
      does: () => restart(world),
    },
  } satisfies Record<string, Step>;
}

async function init({ load }: World): Promise<string> {
  const said = await load("--init", ...fewPosts, "--deadline", "30s");
  match(said, /users: 962, of them 962 new/);
  match(said, /edges: 18812, of them 18812 new/);
  return "962 users, 18812 edges, 200 posts";
}

async function load({ load }: World): Promise<string> {
  const [rate, seconds] = [10, 20];
  await load("--rate", `${rate}`, "--duration", `${seconds}s`, "--deadline", "30s");
  return `${rate * seconds} requests, every answer right`;
}

async function check({ load, stack, posts }: World): Promise<string> {
  const said = await load("--check", `${posts}`, "--project", stack.project, "--deadline", "30s");
  const [killed = ""] = /^\d+ processes were killed/m.exec(said) ?? [];
  match(said, /^lost: 0$/m);
  await stack.untilHealthy();
  return `${posts} posts acknowledged, ${killed}, nothing lost, doubled or misplaced`;
}

async function restart({ stack, load }: World): Promise<string> {
  await stack.compose(["down", "--timeout", "20"]);
  deepEqual(await stack.containers(), []);
  await bringUp(stack);
  const said = await load("--init", ...fewPosts, "--deadline", "30s");
  match(said, /users: 962, of them 0 new and 962 there before/);
  match(said, /edges: 18812, of them 0 new and 18812 there before/);
  match(said, /posts: 200, of them 0 new and 200 there before/);
  return "users, edges and posts of before are there";
}
