import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { defaultGraph, type Friends, Graph, generatedGraph } from "./graph.ts";
import { readGraph } from "./graph-file.ts";

function degrees(graph: Graph): number[] {
  return Array.from({ length: graph.users }, (_, user) => graph.followees(user).length);
}

test("the default graph is as large as the original's smallest, and as uneven", () => {
  const graph = defaultGraph();
  const descending = degrees(graph).sort((a, b) => b - a);

  expect([graph.users, graph.friends.length]).toEqual([962, 18_812]);
  expect(descending[0]).toBeGreaterThan(200);
  expect(descending[481]).toBeLessThan(40);
  expect(descending.at(-1)).toBeGreaterThan(0);
});

test("a seed gives the same graph again, another seed another one", () => {
  const size = { users: 50, edges: 200 };
  const [one, again, other] = [1, 1, 2].map((seed) => generatedGraph({ ...size, seed }).friends);

  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
});

test("friends follow each other, and nobody else", () => {
  const pair = fc.tuple(fc.nat(19), fc.nat(19));
  fc.assert(
    fc.property(fc.array(pair), fc.nat(19), fc.nat(19), (pairs: Friends[], a, b) => {
      const graph = new Graph(20, pairs);
      const wanted = pairs.some(([x, y]) => (x === a && y === b) || (x === b && y === a));
      return graph.isFollowing(a, b) === wanted && graph.isFollowing(b, a) === wanted;
    }),
  );
});

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "graph-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test.each(["", "/friends", "/friends.edges", "/friends.nodes"])(
  "a graph is read by the name of its folder%s",
  (name) => {
    const folder = folderWith({ "friends.edges": "1 0\n2 0\n\n0 1\n", "friends.nodes": "5\n" });

    const graph = readGraph(`${folder}${name}`);

    expect([graph.users, graph.friends.length]).toEqual([5, 2]);
    expect([...graph.followees(0)]).toEqual([1, 2]);
  },
);

test("without a number of users there are as many as the edges name", () => {
  expect(readGraph(folderWith({ "a.edges": "% a comment\n7 3\n" })).users).toBe(8);
});

test("what stands behind two users in a line does not matter", () => {
  expect(readGraph(folderWith({ "a.edges": "1,0,3.5\r\n2\t1 1262304000\n" })).friends).toEqual([
    [1, 0],
    [2, 1],
  ]);
});

test("a matrix is read as the Matrix Market writes it, with places from 1", () => {
  const header = "%%MatrixMarket matrix coordinate pattern symmetric\n% made by hand\n";
  const folder = folderWith({ "a.mtx": `${header}5 5 2\n2 1\n3 1\n` });

  const graph = readGraph(`${folder}/a.mtx`);

  expect([graph.users, graph.friends.length]).toEqual([5, 2]);
  expect([...graph.followees(0)]).toEqual([1, 2]);
});

test.each([
  ["has more rows than columns", "5 4 1\n2 1\n", "is no square matrix"],
  ["begins at 0", "5 5 1\n1 0\n", "places in a matrix begin at 1"],
  ["has a place beyond its size", "2 2 1\n3 1\n", "there are 2 users, and an edge of 2"],
  ["is empty", "", "is no square matrix"],
])("a matrix that %s is refused", (_what, text, sentence) => {
  const folder = folderWith({ "a.mtx": text });

  expect(() => readGraph(`${folder}/a.mtx`)).toThrow(sentence);
});

test.each([
  ["a line that is no edge", { "a.edges": "1 0\n1 two\n" }, "line 2 does not have two users"],
  ["too few users", { "a.edges": "9 0\n", "a.nodes": "3" }, "there are 3 users, and an edge of 9"],
  ["nothing", {}, "does not have just one file"],
])("%s is told", (_what, files, sentence) => {
  expect(() => readGraph(folderWith(files))).toThrow(sentence);
});
