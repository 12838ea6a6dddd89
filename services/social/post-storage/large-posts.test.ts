import { inBothThriftWorlds, type Start, testCall } from "@faultline/rpc/both-worlds";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { ErrorCode, type Post, PostStorageService } from "@faultline/thrift/social";
import { expect, test } from "vitest";
import { served } from "../served-testing.ts";
import { createPostStorage } from "./post-storage.ts";
import { documentOf, type StoredPost } from "./stored-post.ts";

const mebibyte = 1_048_576;

function post(postId: bigint, more: Partial<Post> = {}): Post {
  const nothing = { userMentions: [], media: [], urls: [], text: "", reqId: 0n, postType: 0 };
  return {
    postId,
    timestamp: postId,
    creator: { userId: 1n, username: "ann" },
    ...nothing,
    ...more,
  };
}

const manyMentions = Array.from({ length: 50_000 }, (_, index) => {
  return { userId: BigInt(index), username: `user-${index}` };
});

/** A post storage that has these posts, and the others' documents. */
async function storageWith(
  start: Start,
  { own = [], others = [] }: { readonly own?: readonly Post[]; readonly others?: readonly Post[] },
) {
  const mongo = createMemoryMongo();
  const handlers = createPostStorage({ mongo, cache: createMemoryCache(), now: () => 1_000 });
  const client = await start(PostStorageService, handlers);
  for (const each of own) await client.storePost({ reqId: 1n, post: each }, testCall());
  const posts = mongo.collection<StoredPost>("post");
  if (others.length > 0) await posts.insertMany(others.map(documentOf), testCall());
  return client;
}

inBothThriftWorlds("a page of the longest posts is as much of it as fits", async (start) => {
  const text = "漢".repeat(65_536);
  const own = Array.from({ length: 100 }, (_, index) => post(BigInt(index), { text }));
  const client = await storageWith(start, { own });
  const postIds = own.map(({ postId }) => postId).reverse();

  const page = await client.readPosts({ reqId: 1n, postIds }, testCall());

  const fitting = page.map(({ postId }) => postId);
  expect(fitting).toEqual(postIds.slice(0, page.length));
  expect(page.length).toBeGreaterThan(40);
  expect(page.length).toBeLessThan(100);
  expect(page[0]?.text).toBe(text);
});

inBothThriftWorlds("open posts are listed to the last, whomever they mention", async (start) => {
  const large = { userMentions: manyMentions };
  const own = Array.from({ length: 12 }, (_, index) => post(BigInt(index), large));
  const client = await storageWith(start, { own });
  const listed: bigint[] = [];

  for (;;) {
    const request = { reqId: 1n, storedBefore: 2_000n, limit: 500, without: [] };
    const postIds = (await client.listOpenPosts(request, testCall())).map((one) => one.postId);
    if (postIds.length === 0) break;
    listed.push(...postIds);
    await client.closePosts({ reqId: 1n, postIds }, testCall());
  }

  expect(listed.sort((a, b) => Number(a - b))).toEqual(own.map(({ postId }) => postId));
});

test.for([
  { text: "a".repeat(2 * mebibyte) },
  { userMentions: [...manyMentions, ...manyMentions] },
  { media: Array(100_000).fill({ mediaId: 1n, mediaType: "png" }) },
])("a post beyond two mebibytes is refused", async (more) => {
  const client = await storageWith(async (contract, handlers) => served(contract, handlers), {});

  await expect(
    client.storePost({ reqId: 1n, post: post(1n, more) }, testCall()),
  ).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: "A post has at most 2097152 bytes",
  });
});

inBothThriftWorlds(
  "of another program's posts those too large for any page are left out",
  async (start) => {
    const others = [
      post(1n),
      post(2n, { text: "a".repeat(9 * mebibyte) }),
      post(3n, { text: "a".repeat(5 * mebibyte) }),
    ];
    const client = await storageWith(start, { others });

    const page = await client.readPosts({ reqId: 1n, postIds: [1n, 2n, 3n] }, testCall());

    expect(page.map((one) => one.postId)).toEqual([1n, 3n]);
  },
);
