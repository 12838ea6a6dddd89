import { expect, test } from "vitest";
import type { Cast } from "./cast.ts";
import { judgeLists, judgeStorage, judgeTimeline } from "./findings.ts";

const account = (id: number) => ({ id, name: `check_${id}`, password: "" });

/** User 1 follows user 0. */
const cast: Cast = {
  accounts: [account(100), account(101), account(102)],
  followees: [new Set(), new Set([0]), new Set()],
  fickle: [],
};
const attempts = [
  { author: 0, words: "first", mentions: [2], acknowledged: true },
  { author: 0, words: "second", mentions: [], acknowledged: false },
];
const stored = [{ postId: "7", timestamp: "1000", author: "100", text: "first @check_102" }];
const evidence = { cast, attempts, stored };
const entry = { postId: "7", timestamp: "1000" };

function kinds(user: number, kind: "home" | "user", ...posts: (typeof entry)[]): string[] {
  const timeline = { where: "here", kind, user, posts };
  return judgeTimeline(timeline, evidence).map((finding) => finding.kind);
}

test("what is stored once and in every timeline where it belongs is right", () => {
  expect(judgeStorage(evidence)).toEqual([]);
  expect(kinds(0, "user", entry)).toEqual([]);
  expect(kinds(1, "home", entry)).toEqual([]);
  expect(kinds(2, "home", entry)).toEqual([]);
  expect(kinds(0, "home")).toEqual([]);
});

test("a post that is missing, twice, elsewhere or out of order is found", () => {
  expect(judgeStorage({ ...evidence, stored: [] }).map(({ kind }) => kind)).toEqual(["lost"]);
  expect(judgeStorage({ ...evidence, stored: [...stored, ...stored] })).toMatchObject([
    { kind: "doubled" },
  ]);
  expect(kinds(1, "home")).toEqual(["lost"]);
  expect(kinds(0, "home", entry)).toEqual(["misplaced"]);
  expect(kinds(0, "user", entry, entry)).toEqual(["doubled", "out of order"]);
  expect(kinds(0, "user", { ...entry, timestamp: "999" })).toEqual(["misplaced"]);
});

test("lists that disagree are found", () => {
  const lists = (followers: string[], followees: string[]) =>
    new Map([
      ["100", { followers, followees: [] }],
      ["101", { followers: [], followees }],
    ]);

  expect(judgeLists(lists(["101"], ["100"]), cast)).toEqual([]);
  expect(judgeLists(lists([], ["100"]), cast)).toHaveLength(1);
  expect(judgeLists(lists(["101"], []), cast)).toHaveLength(2);
  expect(judgeLists(lists(["101", "101"], ["100"]), cast)).toHaveLength(1);
});
