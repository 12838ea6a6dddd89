import { unavailable, unimplemented } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import { keepLog } from "@faultline/stores/testing/kept-log";
import { ComposePostService, ErrorCode, serviceException } from "@faultline/thrift/social";
import { expect, test, vi } from "vitest";
import { served } from "../served-testing.ts";
import { createComposePost } from "./compose-post.ts";
import { createNeighbours, type Trouble } from "./compose-post-testing.ts";

const request = {
  reqId: 7n,
  username: "ann",
  userId: 1n,
  text: "hi @bob",
  mediaIds: [9n],
  mediaTypes: ["png"],
  postType: 0,
};

function open(trouble: Trouble = async () => {}) {
  const around = createNeighbours(trouble);
  const handlers = createComposePost({ clients: around.clients, now: () => 5_000 });
  const client = served(ComposePostService, handlers);
  return {
    ...around,
    compose: (more: Partial<typeof request> = {}, withinMs = 30_000) =>
      client.composePost({ ...request, ...more }, testCall({ withinMs })),
    composeOnce: (onceKey: string) => client.composePostOnce({ ...request, onceKey }, testCall()),
  };
}

/** Fails so many calls of a method. */
function failing(method: string, times: number, error = unavailable(`${method} failed`)): Trouble {
  let failures = 0;
  return async (asked) => {
    if (asked === method && failures++ < times) throw error;
  };
}

test("a post is made of what the others know, stored, and then written to the timelines in order", async () => {
  const { compose, asked, stored } = open();

  await compose();

  expect(stored).toEqual([
    {
      postId: 100n,
      creator: { userId: 1n, username: "ann" },
      reqId: 7n,
      text: "HI @BOB",
      userMentions: [{ userId: 2n, username: "bob" }],
      media: [{ mediaId: 9n, mediaType: "png" }],
      urls: [],
      timestamp: 5_000n,
      postType: 0,
    },
  ]);
  expect(asked.slice(0, 4).sort()).toEqual([
    "composeCreatorWithUserId",
    "composeMedia",
    "composeText",
    "composeUniqueId",
  ]);
  expect(asked.slice(4, 7)).toEqual(["storePost", "writeUserTimeline", "writeHomeTimeline"]);
});

test("the four first questions are asked at once", async () => {
  const all = Promise.withResolvers<void>();
  const { compose, asked } = open(async () => all.promise);

  const composing = compose();
  await expect.poll(() => asked).toHaveLength(4);
  all.resolve();

  await composing;
});

test("of several failures the first in the order id, creator, media, text is told", async () => {
  const fail = async (method: string) => {
    if (method === "composeMedia")
      throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, "media");
    if (method === "composeText") throw serviceException(ErrorCode.SE_MONGODB_ERROR, "text");
  };
  const { compose, asked } = open(fail);

  await expect(compose()).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: "media",
  });
  expect(asked).not.toContain("storePost");
});

test("a failure that the contract does not know stays one", async () => {
  const { compose } = open(failing("composeText", 1));

  await expect(compose()).rejects.toMatchObject({ code: "unavailable", exceptionCode: undefined });
});

test("a post that is not stored is in no timeline", async () => {
  const error = serviceException(ErrorCode.SE_MONGODB_ERROR, "no disk");
  const { compose, asked } = open(failing("storePost", 1, error));

  await expect(compose()).rejects.toMatchObject({ exceptionCode: ErrorCode.SE_MONGODB_ERROR });

  expect(asked).not.toContain("writeUserTimeline");
  expect(asked).not.toContain("closePosts");
});

test.for(["writeUserTimeline", "writeHomeTimeline"])(
  "a %s that fails is tried again until it succeeds, and what is done is not done again",
  async (method) => {
    const { compose, asked } = open(failing(method, 3));

    await compose();

    const writes = asked.filter((one) => one.startsWith("write"));
    expect(writes.filter((one) => one === method)).toHaveLength(4);
    expect(writes).toHaveLength(5);
    expect(writes.at(-1)).toBe("writeHomeTimeline");
  },
);

test("of a client's tries with the same key all finish the post of the first", async () => {
  const { composeOnce, asked, stored, written } = open();

  await composeOnce("k");
  await Promise.all([composeOnce("k"), composeOnce("k")]);
  await composeOnce("another");

  expect(stored.map(({ postId }) => postId)).toEqual([100n, 103n]);
  expect(written).toEqual([100n, 100n, 100n, 100n, 100n, 100n, 103n, 103n]);
  expect(asked).not.toContain("storePost");
});

test("trouble that lasts beyond the deadline is told, and the post stays open", async () => {
  const error = serviceException(ErrorCode.SE_REDIS_ERROR, "no memory");
  const { compose, asked, stored } = open(failing("writeHomeTimeline", 1_000, error));

  await expect(compose({}, 400)).rejects.toThrow();

  expect(stored).toHaveLength(1);
  expect(asked).not.toContain("closePosts");
});

test("marks of finished posts are taken away later, many at once", async () => {
  const { compose, closed, asked } = open();

  await Promise.all(Array.from({ length: 20 }, () => compose()));

  await vi.waitFor(() => expect(closed).toHaveLength(20), 10_000);
  expect(asked.filter((one) => one === "closePosts").length).toBeLessThan(20);
});

test("that marks cannot be taken away, as in a foreign post storage, harms nobody", async () => {
  const { compose, asked } = open(failing("closePosts", 9, unimplemented("Invalid method name")));

  await compose();
  await vi.waitFor(() => expect(asked).toContain("closePosts"), 10_000);
  await compose();
});

test.for([-1, 4, 9])("post type %i is refused before anything happens", async (postType) => {
  const { compose, asked } = open();

  await expect(compose({ postType })).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
  });
  expect(asked).toEqual([]);
});

test("failures are logged in the originals' words", async () => {
  const { log, lines } = keepLog();
  const around = createNeighbours(failing("storePost", 1));
  const { composePost } = createComposePost({ clients: around.clients });
  const call = { ...testCall({ log }), kind: "server", system: "thrift", name: "", service: "" };

  await expect(
    composePost(request, { ...call, attributes: {}, request } as Parameters<typeof composePost>[1]),
  ).rejects.toThrow();

  expect(lines.map((line) => line.message)).toEqual([
    "Failed to store post to post-storage-service",
  ]);
});
