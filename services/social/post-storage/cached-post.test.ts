import fc from "fast-check";
import { expect, test } from "vitest";
import { decodePost, encodePost } from "./cached-post.ts";
import type { StoredPost } from "./stored-post.ts";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
/** Texts that look like the JSON around them. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    '"post_id" : 5',
    '\\"user_id\\" : 7,',
    '", "timestamp" : 1, "x" : "',
    "\u0000\n/é😀",
  ),
);
const user = fc.record({ user_id: int64, username: text });
const post: fc.Arbitrary<StoredPost> = fc.record({
  post_id: int64,
  timestamp: int64,
  text,
  req_id: int64,
  post_type: fc.integer({ min: 0, max: 3 }),
  creator: user,
  urls: fc.array(fc.record({ shortened_url: text, expanded_url: text }), { maxLength: 3 }),
  user_mentions: fc.array(user, { maxLength: 3 }),
  media: fc.array(fc.record({ media_id: int64, media_type: text }), { maxLength: 3 }),
});

const some: StoredPost = {
  post_id: 2n ** 63n - 1n,
  timestamp: 1_700_000_000_000n,
  text: 'hi "you"',
  req_id: 7n,
  post_type: 0,
  creator: { user_id: 1n, username: "u" },
  urls: [],
  user_mentions: [{ user_id: 2n, username: "b" }],
  media: [{ media_id: 3n, media_type: "png" }],
};

const bytes = (json: string) => Buffer.from(json);

test("a post is read as it was written, whatever its texts and ids", () => {
  fc.assert(
    fc.property(post, (written) => {
      const json = encodePost(written);

      expect(decodePost(bytes(json))).toEqual(written);
      expect(() => JSON.parse(json)).not.toThrow();
    }),
  );
});

test("the cache has the originals' JSON: the whole document, its int64s as bare numbers", () => {
  const stored = { _id: "0123456789abcdef01234567", ...some, fanout: 5n };

  expect(encodePost(stored)).toBe(
    '{ "_id" : { "$oid" : "0123456789abcdef01234567" }, "post_id" : 9223372036854775807, ' +
      '"timestamp" : 1700000000000, "text" : "hi \\"you\\"", "req_id" : 7, "post_type" : 0, ' +
      '"creator" : { "user_id" : 1, "username" : "u" }, "urls" : [  ], ' +
      '"user_mentions" : [ { "user_id" : 2, "username" : "b" } ], ' +
      '"media" : [ { "media_id" : 3, "media_type" : "png" } ] }',
  );
});

test("other spacing, another order, unknown fields and missing lists are understood", () => {
  const json =
    '{"extra":{"user_id":1},"creator":{"username":"u","user_id":9007199254740993},"post_type":1,' +
    '"req_id":0,"text":"t","timestamp":-1,"post_id":5}';

  expect(decodePost(bytes(json))).toMatchObject({
    post_id: 5n,
    timestamp: -1n,
    creator: { user_id: 9_007_199_254_740_993n },
    media: [],
  });
});

test.for([
  "",
  "null",
  "[]",
  "{}",
  "5",
  encodePost(some).slice(0, -1),
  encodePost(some).replace("9223372036854775807", "9223372036854775808"),
  encodePost(some).replace('"post_type" : 0', '"post_type" : "0"'),
  encodePost(some).replace("1700000000000", "1.7e12"),
  encodePost(some).replace('"creator"', '"author"'),
  encodePost(some).replace("[  ]", "{ }"),
])("%j is not a post", (json) => {
  expect(() => decodePost(bytes(json))).toThrow();
});

test("bytes that are not UTF-8 are not a post", () => {
  const broken = Buffer.concat([bytes(encodePost(some)), Buffer.from([0xff])]);

  expect(() => decodePost(broken)).toThrow();
});
