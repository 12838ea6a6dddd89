import { expect, test } from "vitest";
import { isComposed, isTimeline, type Page } from "./answers.ts";
import type { Draft } from "./draft.ts";
import { Graph } from "./graph.ts";
import { Posts } from "./posts.ts";

const made = "Successfully upload post\n";

/** Users 0 and 1 are friends, 2 and 3 are strangers to all. */
function friends(now = Date.now) {
  return new Posts(new Graph(4, [[1, 0]]), now);
}

function draftOf(author: number, mark = "a"): Draft {
  return {
    author,
    words: mark.repeat(256),
    mentions: [2, 2],
    urls: [`http://${"x".repeat(64)}`],
    media: ["012345678901234567"],
  };
}

const short = "http://short-url/0123456789";

/** What the application shows of that post. */
function postOf({ author, words, urls }: Draft, postId: string, timestamp: number) {
  return {
    post_id: postId,
    req_id: "7",
    timestamp: `${timestamp}`,
    text: `${words} @username_2 @username_2 ${short}`,
    post_type: 0,
    creator: { user_id: `${author}`, username: `username_${author}` },
    user_mentions: [{ user_id: "2", username: "username_2" }],
    media: [{ media_id: "12345678901234567", media_type: "png" }],
    urls: urls.map((url) => ({ shortened_url: short, expanded_url: url })),
  };
}

const home = (user: number): Page => ({ kind: "home", user, start: 0, stop: 10 });
const own = (user: number): Page => ({ kind: "user", user, start: 0, stop: 10 });

/** Asks for that page and gets these posts: what is wrong with that. */
function asked(page: Page, posts: Posts, ...found: readonly unknown[]): string | undefined {
  return isTimeline(page, posts)(JSON.stringify(found));
}

/** Knowledge of a post that was acknowledged a second ago, and the clock. */
function afterOne(draft: Draft) {
  let nowMs = 1_790_000_000_000;
  const posts = friends(() => nowMs);
  const sentMs = nowMs;
  expect(isComposed(draft, posts)(made)).toBeUndefined();
  const pass = (ms: number) => {
    nowMs += ms;
  };
  pass(1_000);
  return { posts, sentMs, pass };
}

test.each([
  ["the author's own", own(1)],
  ["a friend's", home(0)],
  ["the home of whom it mentions", home(2)],
])("a post that was acknowledged is right in a timeline: %s", (_whose, page) => {
  const draft = draftOf(1);
  const { posts, sentMs } = afterOne(draft);

  expect(asked(page, posts, postOf(draft, "5", sentMs))).toBeUndefined();
  expect(asked(page, posts)).toMatch(/an acknowledged post of user 1 is missing/);
});

test.each([
  ["a stranger's home", home(3), "user 1, whom 3 does not follow, and does not mention him"],
  ["the author's home", home(1), "user 1, whom 1 does not follow"],
  ["another one's own", own(0), "is by user 1, not by 0"],
])("a post is wrong in a timeline where it does not belong: %s", (_whose, page, complaint) => {
  const draft = draftOf(1);
  const { posts, sentMs } = afterOne(draft);

  expect(asked(page, posts, postOf(draft, "5", sentMs))).toContain(complaint);
});

test.each([
  ["text", { text: "something else" }, "does not have http"],
  ["text behind its words", { text: `${"a".repeat(256)} ${short}` }, "text of post 5"],
  ["author's name", { creator: { user_id: "1", username: "eve" } }, "creator of post 5"],
  ["mentions", { user_mentions: [] }, "user_mentions of post 5"],
  ["pictures", { media: {} }, "media of post 5"],
  ["URLs", { urls: [] }, "text of post 5"],
  ["type", { post_type: 1 }, "post_type of post 5"],
  ["id that is a number", { post_id: 5 }, "post_id is not a decimal string: 5"],
])("a post with another %s is wrong", (_what, change, complaint) => {
  const draft = draftOf(1);
  const { posts, sentMs } = afterOne(draft);

  const post = { ...postOf(draft, "5", sentMs), ...change };
  expect(asked(own(1), posts, post)).toContain(complaint);
});

test("a post that is there twice is wrong, on one page and on two", () => {
  const draft = draftOf(1);
  const { posts, sentMs } = afterOne(draft);

  const twice = [postOf(draft, "6", sentMs), postOf(draft, "5", sentMs)];
  expect(asked(own(1), posts, ...twice)).toContain("is there as 6 and 5");
  expect(asked(own(1), posts, postOf(draft, "7", sentMs))).toContain("is there as 6 and 7");
});

test("the newer post stands first, and of equals the one with the greater id", () => {
  const [posts, old] = [friends(), 1_600_000_000_000];
  const post = (id: string, time: number) => ({ ...postOf(draftOf(1, id), id, time), urls: [] });

  expect(asked(own(1), posts, post("9", old), post("8", old), post("10", old - 1))).toBeUndefined();
  expect(asked(own(1), posts, post("9", old), post("10", old))).toContain("10 stands after 9");
  expect(asked(own(1), posts, post("9", old), post("9", old))).toContain("9 stands after 9");
});

test("a post may be missing from a page on which it need not stand", () => {
  const draft = draftOf(1);
  const { posts, sentMs } = afterOne(draft);
  const foreign = (i: number) => ({
    ...postOf(draftOf(1, `${i}`), `${90 - i}`, sentMs + 9),
    urls: [],
  });
  const newer = Array.from({ length: 10 }, (_, i) => foreign(i));

  expect(asked(own(1), posts, ...newer)).toBeUndefined();
  expect(asked({ ...own(1), start: 1, stop: 11 }, posts)).toBeUndefined();
});

test("a post that was acknowledged must stand before those that are known to be older", () => {
  const [first, second] = [draftOf(1, "a"), draftOf(1, "b")];
  const { posts, sentMs, pass } = afterOne(first);
  isComposed(second, posts)(made);
  pass(1_000);
  const full = Array.from({ length: 9 }, (_, i) => ({
    ...postOf(draftOf(1, `${i}`), `${90 - i}`, sentMs - 60_000),
    urls: [],
  }));

  const page = [postOf(first, "91", sentMs), ...full];
  expect(asked(own(1), posts, ...page)).toMatch(/post of user 1 is missing: "bbb/);
});

test("a post of an earlier run with the same seed is not taken for one of this run", () => {
  const draft = draftOf(1);
  const { posts, sentMs } = afterOne(draft);

  const both = [postOf(draft, "6", sentMs), postOf(draft, "5", sentMs - 60_000)];
  expect(asked(own(1), posts, ...both)).toBeUndefined();
});

test("a post of an earlier run with the same words does not stand for one that is lost", () => {
  const [lost, other] = [draftOf(1, "a"), draftOf(1, "b")];
  const { posts, sentMs, pass } = afterOne(lost);
  isComposed(other, posts)(made);
  pass(1_000);
  const [shown, earlier] = [postOf(other, "9", sentMs + 1_000), postOf(lost, "5", sentMs - 60_000)];

  expect(asked(own(1), posts, shown, earlier)).toMatch(/post of user 1 is missing: "aaa/);
});

test.each([
  ["in seconds", 1_790_000_000],
  ["of tomorrow", 1_790_000_000_000 + 86_400_000],
  ["from before it was asked for", 1_790_000_000_000 + 3_000],
])("a post of this run with a time %s is wrong", (_what, timestamp) => {
  const [first, draft] = [draftOf(1, "a"), draftOf(1, "b")];
  const { posts, pass } = afterOne(first);
  pass(9_000);
  isComposed(draft, posts)(made);
  pass(1_000);

  expect(asked(own(1), posts, postOf(draft, "5", timestamp))).toContain("timestamp of post 5");
});

test("what was not acknowledged may be there or not", () => {
  const [posts, draft] = [friends(), draftOf(1)];
  isComposed(draft, posts);

  expect(asked(own(1), posts)).toBeUndefined();
  expect(asked(own(1), posts, postOf(draft, "5", Date.now()))).toBeUndefined();
});

test("without a graph, who follows whom and who is registered is not judged", () => {
  const [posts, draft] = [new Posts(), draftOf(1)];
  isComposed(draft, posts)(made);

  const post = { ...postOf(draft, "5", Date.now()), user_mentions: {} };
  expect(asked(home(3), posts, post)).toBeUndefined();
  expect(asked(own(3), posts, post)).toContain("is by user 1, not by 3");
});

test.each(["", "<html>", '{"post_id":"1"}', "[[]]", "[{}]"])("%j is no timeline", (body) => {
  expect(isTimeline(home(0), friends())(body)).toBeTypeOf("string");
});

test("the original's empty list is one", () => {
  expect(isTimeline(home(0), friends())("{}\n")).toBeUndefined();
});
