import { unavailable, unimplemented } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import { keepLog } from "@faultline/stores/testing/kept-log";
import type { Post } from "@faultline/thrift/social";
import { expect, test } from "vitest";
import { createNeighbours, type Trouble } from "./compose-post-testing.ts";
import { keepRepaired, Repair } from "./repair.ts";

function post(postId: bigint): Post {
  const nothing = { userMentions: [], media: [], urls: [], text: "", reqId: 0n, postType: 0 };
  return { postId, timestamp: postId, creator: { userId: 1n, username: "ann" }, ...nothing };
}

function open(posts: number, trouble: Trouble = async () => {}) {
  const around = createNeighbours(trouble);
  for (let id = 1; id <= posts; id++) around.stored.push(post(BigInt(id)));
  return { ...around, repair: new Repair({ clients: around.clients }) };
}

test("open posts are written to their timelines, in order, and closed", async () => {
  const { repair, asked, closed } = open(1);

  expect(await repair.sweep(testCall())).toMatchObject({ open: 0 });

  expect(asked).toEqual([
    ...["listOpenPosts", "writeUserTimeline", "writeHomeTimeline", "closePosts"],
    "listOpenPosts",
  ]);
  expect(closed).toEqual([1n]);
});

test("however many are open, one sweep finishes them", async () => {
  const { repair, closed } = open(1_203);

  await repair.sweep(testCall());

  expect(closed).toHaveLength(1_203);
});

test("a post that cannot be finished stays open, and does not keep others from it", async () => {
  let writes = 0;
  const { repair, closed } = open(20, async (method) => {
    if (method === "writeHomeTimeline" && ++writes === 3) throw unavailable("gone");
  });

  expect(await repair.sweep(testCall())).toMatchObject({ open: 1 });
  expect(closed).toHaveLength(19);

  expect(await repair.sweep(testCall())).toMatchObject({ open: 0 });
  expect(closed).toHaveLength(20);
});

test("however many wait behind posts that cannot be finished, one sweep finishes them", async () => {
  const { clients, stored, closed } = open(1_203);
  const home = clients["home-timeline"];
  const stubborn: typeof home = {
    ...home,
    async writeHomeTimeline(request, scope) {
      if (stored.slice(0, 3).some(({ postId }) => postId === request.postId))
        throw unavailable("gone");
      await home.writeHomeTimeline(request, scope);
    },
  };
  const repair = new Repair({
    ...{ clients: { ...clients, "home-timeline": stubborn }, now: () => 60_000 },
  });

  const left = await repair.sweep(testCall());

  expect(closed).toHaveLength(1_200);
  expect(left).toMatchObject({ open: 3, oldestMs: 59_999, reason: { message: "gone" } });
});

test("while nothing can be finished, a sweep ends soon", async () => {
  const { repair, asked } = open(1_203, async (method) => {
    if (method === "writeHomeTimeline") throw unavailable("gone");
  });

  expect((await repair.sweep(testCall())).open).toBeLessThan(1_203);
  expect(asked.filter((one) => one === "listOpenPosts")).toHaveLength(1);
});

test("only posts older than the grace period are asked for", async () => {
  const around = createNeighbours(async () => {});
  const before: bigint[] = [];
  around.clients["post-storage"] = {
    ...around.clients["post-storage"],
    async listOpenPosts({ storedBefore }) {
      before.push(storedBefore);
      return [];
    },
  };
  const repair = new Repair({ clients: around.clients, now: () => 100_000, graceMs: 15_000 });

  await repair.sweep(testCall());

  expect(before).toEqual([85_000n]);
});

test("repairing begins at once, goes on after failures, tells what is left, and ends when told to", async () => {
  const { log, lines } = keepLog();
  let gone = true;
  const { repair, closed, asked } = open(3, async (method) => {
    if (gone && method === "listOpenPosts") throw unavailable("post-storage is gone");
    if (method === "writeUserTimeline" && asked.length < 20) throw unavailable("not yet");
  });
  const stopping = new AbortController();

  const keeping = keepRepaired(repair, testCall({ log }), { signal: stopping.signal, pauseMs: 1 });
  await expect.poll(() => lines.map((line) => line.message)).toContain("repair failed");
  gone = false;
  await expect.poll(() => closed, { timeout: 10_000 }).toHaveLength(3);
  stopping.abort();
  await keeping;

  expect(lines).toContainEqual(
    expect.objectContaining({ message: "posts still open", oldestMs: expect.any(Number) }),
  );
  expect(lines).toContainEqual({ message: "posts repaired", posts: expect.any(Number) });
});

test("a post storage of the originals has no marks, so there is nothing to repair", async () => {
  const { log, lines } = keepLog();
  const { repair, asked } = open(1, async () => {
    throw unimplemented("Invalid method name: 'ListOpenPosts'");
  });

  await keepRepaired(repair, testCall({ log }), { signal: new AbortController().signal });

  expect(asked).toEqual(["listOpenPosts"]);
  expect(lines[0]?.message).toBe("posts cannot be repaired");
});
