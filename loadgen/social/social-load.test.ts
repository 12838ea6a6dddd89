import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApp } from "@faultline/service/testing";
import { expect, onTestFinished, test } from "vitest";
import { crookedDoor, openDoor, run } from "../testing.ts";
import { generatedGraph } from "./graph.ts";

const traffic = ["--rate", "100", "--duration", "2s", "--deadline", "20s"];

/** A fresh application, and a file of a graph small enough for its pages to be worth reading. */
async function started() {
  const app = await startApp("social");
  const folder = await mkdtemp(join(tmpdir(), "social-load-"));
  onTestFinished(async () => {
    await rm(folder, { recursive: true });
    await app.close();
  });
  const graph = join(folder, "few.edges");
  const edges = generatedGraph({ users: 12, edges: 20, seed: 1 }).friends;
  writeFileSync(graph, edges.map(([a, b]) => `${a} ${b}\n`).join(""));
  return { app, url: app.url, graph };
}

function load(url: string, ...args: readonly string[]) {
  return run("cli.ts", "social", "--url", url, ...args);
}

test("users, edges and posts are made once, however often that is asked for", async () => {
  const { url, graph } = await started();
  const init = ["--init", "--graph", graph, "--compose", "30"];

  const first = await load(url, ...init);
  const again = await load(url, ...init);

  expect([first.code, again.code]).toEqual([0, 0]);
  expect(first.stdout).toContain("users: 12, of them 12 new and 0 there before");
  expect(first.stdout).toContain("edges: 20, of them 20 new and 0 there before");
  expect(first.stdout).toContain("posts: 30, of them 30 new and 0 there before");
  expect(again.stdout).toContain("users: 12, of them 0 new and 12 there before");
  expect(again.stdout).toContain("edges: 20, of them 0 new and 20 there before");
  expect(again.stdout).toContain("posts: 30, of them 0 new and 30 there before");
}, 120_000);

test("follows that another graph has left there are told", async () => {
  const { url, graph } = await started();
  const folder = await mkdtemp(join(tmpdir(), "another-graph-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const another = join(folder, "pair.edges");
  writeFileSync(another, "1 0\n");
  await load(url, "--init", "--graph", another);

  const second = await load(url, "--init", "--graph", graph);
  const third = await load(url, "--init", "--graph", another);

  expect([second.code, third.code]).toEqual([0, 0]);
  expect(third.stdout).toContain("edges: 1, of them 0 new and 1 there before");
  expect(third.stdout).toMatch(/besides, [1-9]\d* follows are there that this graph does not have/);
}, 120_000);

test("users are asked whom they follow once, afterwards, if they are new", async () => {
  const { url, graph } = await started();
  const targets: string[] = [];
  const door = await crookedDoor(url, (answer, target) => {
    targets.push(target.replace("/wrk2-api/user/", ""));
    return answer;
  });

  const { code } = await load(door, "--init", "--graph", graph);

  expect(code).toBe(0);
  const lists = targets.filter((target) => target === "/api/user/get_followee");
  expect(lists).toHaveLength(12);
  expect(targets.indexOf("/api/user/get_followee")).toBeGreaterThan(targets.lastIndexOf("follow"));
}, 120_000);

test("against a right application every answer of the mixed load is right, again and again", async () => {
  const { url, graph } = await started();
  await load(url, "--init", "--graph", graph, "--compose", "50");

  for (const seed of ["1", "1", "2"]) {
    const { code, stdout, stderr } = await load(url, "--graph", graph, "--seed", seed, ...traffic);
    expect(stderr).not.toContain("--base unknown");
    expect(stdout).toMatch(/all +200 +200 +0 +0 /);
    expect([0, 3]).toContain(code);
  }
}, 120_000);

test("where nobody is registered, the load goes on without knowing who follows whom", async () => {
  const { url } = await started();

  const { stdout, stderr } = await load(url, "--mix", "compose-post", ...traffic);

  expect(stderr).toContain("username_0 cannot log in: --init has not been here.");
  expect(stdout).toMatch(/compose-post +200 +200 +0 +0 /);
}, 120_000);

test.each([
  ["loses a follower's copy", "home", /an acknowledged post of user \d+ is missing/],
  ["shows the author's page without it", "user", /an acknowledged post of user \d+ is missing/],
])(
  "an application that %s gives wrong answers",
  async (_what, kind, complaint) => {
    const { url, graph } = await started();
    await load(url, "--init", "--graph", graph);
    const door = await crookedDoor(url, (answer, target) =>
      target.includes(`/${kind}-timeline/read`) ? { ...answer, body: "[]\n" } : answer,
    );

    // So many that each user has posts on some of the pages that are read; on a slow machine too, as none is left out.
    const much = ["--rate", "150", "--duration", "6s", "--deadline", "20s", "--connections", "900"];
    const { code, stdout } = await load(door, "--graph", graph, ...much);

    expect(code).toBe(1);
    expect(stdout).toMatch(complaint);
  },
  120_000,
);

test("what fails on the way is tried again, and told when it never succeeds", async () => {
  const url = await openDoor(async () => ({ status: 500, body: "no\n" }));

  const { code, stderr } = await load(url, "--init", "--deadline", "1s");

  expect(code).toBe(4);
  expect(stderr).toContain("/wrk2-api/user/register does not succeed: status 500");
}, 120_000);

test.each([["--init"], ["--rate", "1"]])(
  "a graph that is not there is wrong usage, said in a sentence: %s",
  async (...args) => {
    const url = await openDoor(async () => ({ status: 500, body: "no\n" }));

    const { code, stderr } = await load(url, "--graph", "/nowhere", ...args);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^The graph cannot be read: .*\n$/);
  },
);

test("the k6 script asks and judges as the load does", async () => {
  const { url } = await started();
  const script = ["k6-stand-in/run.ts", "social.ts", "300", `BASE_URL=${url}`] as const;

  const right = await run(...script, "BASE=unknown");
  const wrong = await run(...script, "BASE=init");

  expect(right.stderr).toBe("");
  expect(right.stdout).toContain("300 requests, 0 failed, 0 not started, 0 wrong");
  // Nobody is registered here, which --init would have changed.
  expect(wrong.code).toBe(99);
  expect(wrong.stderr).toMatch(/user_mentions of post \d+|is missing/);
}, 120_000);
