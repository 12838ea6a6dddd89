import { expect, test } from "vitest";
import { mediaPerPostMax, mediaTypeMax, textMax, userNameMax } from "../limits.ts";
import { parseForm } from "./form.ts";
import { parseMedia } from "./media-lists.ts";
import {
  requiredId,
  requiredName,
  requiredPage,
  requiredPostType,
  requiredText,
  requiredUserName,
} from "./parameters.ts";

test.each([
  ["9007199254740993", 9_007_199_254_740_993n],
  ["9223372036854775807", 9_223_372_036_854_775_807n],
  ["-9223372036854775808", -9_223_372_036_854_775_808n],
  ["007", 7n],
  ["0", 0n],
])("the id %s is exact", (text, id) => {
  expect(requiredId(parseForm(`user_id=${text}`), "user_id")).toBe(id);
});

test.each(["0x10", "1e2", "1.5", "abc", "9223372036854775808", "1 2", "--1", "%C2%B2", "1%00"])(
  "%s is no id",
  (text) => {
    expect(() => requiredId(parseForm(`user_id=${text}`), "user_id")).toThrow(
      "Invalid arguments: user_id must be a whole number of 64 bits",
    );
  },
);

test("a parameter that is missing or empty is told in the original's words", () => {
  expect(() => requiredId(parseForm("user_id="), "user_id")).toThrow(/^Incomplete arguments$/);
  expect(() => requiredName(parseForm(""), "username")).toThrow(/^Incomplete arguments$/);
});

test("a name must not hide anything behind NUL", () => {
  expect(() => requiredName(parseForm("username=mark%00x"), "username")).toThrow(
    "Invalid arguments: username must not contain NUL",
  );
});

test.each([
  ["start=0&stop=10", 0, 10],
  ["start=100&stop=110", 100, 110],
  ["start=0&stop=100", 0, 100],
  ["start=5&stop=5", 5, 5],
  ["start=5&stop=2", 5, 5],
  ["start=0&stop=1000000", 0, 1_000],
  ["start=7&stop=99999999999999", 7, 1_007],
  ["start=-1&stop=10", 0, 0],
  ["start=-9223372036854775808&stop=10", 0, 0],
  ["start=2147482647&stop=2147482657", 2_147_482_647, 2_147_482_657],
  ["start=2147482648&stop=2147482658", 0, 0],
  ["start=9223372036854775807&stop=9223372036854775807", 0, 0],
])("the page %s is of posts %i to %i", (query, start, stop) => {
  expect(requiredPage(parseForm(query))).toEqual({ start, stop });
});

test.each(["start=x&stop=3", "start=0&stop=1e2"])("%s is no page", (query) => {
  expect(() => requiredPage(parseForm(query))).toThrow("Invalid arguments");
});

test("a name of a user has as many bytes as may be, and no more", () => {
  const longest = "é".repeat(userNameMax / 2);
  expect(requiredUserName(parseForm(`username=${encodeURIComponent(longest)}`), "username")).toBe(
    longest,
  );
  const longer = encodeURIComponent(`${longest}x`);
  expect(() => requiredUserName(parseForm(`username=${longer}`), "username")).toThrow(
    "Invalid arguments: username must have at most 256 bytes",
  );
});

test("a text has as many characters as may be, and no more", () => {
  const longest = "x".repeat(textMax);
  expect(requiredText(parseForm(`text=${longest}`))).toBe(longest);
  expect(() => requiredText(parseForm(`text=${longest}x`))).toThrow(
    "Invalid arguments: a text has at most 65536 characters",
  );
});

test("a post has as many pictures as may be, with types as long as may be", () => {
  const formOf = (ids: unknown[], types: string[]) =>
    parseForm(`media_ids=${JSON.stringify(ids)}&media_types=${JSON.stringify(types)}`);
  const [ids, types] = [Array(mediaPerPostMax).fill(1), Array(mediaPerPostMax).fill("png")];
  const longest = "x".repeat(mediaTypeMax);

  expect(parseMedia(formOf(ids, types)).mediaIds.length).toBe(mediaPerPostMax);
  expect(parseMedia(formOf([1], [longest])).mediaTypes).toEqual([longest]);
  expect(() => parseMedia(formOf([...ids, 1], types))).toThrow("media_ids has at most 100");
  expect(() => parseMedia(formOf(ids, [...types, "png"]))).toThrow("media_types has at most 100");
  expect(() => parseMedia(formOf([1], [`${longest}x`]))).toThrow("at most 64 characters");
});

test("a post is of one of four kinds", () => {
  expect(requiredPostType(parseForm("post_type=3"))).toBe(3);
  for (const kind of ["4", "9", "-1", "x", "1.0"]) {
    expect(() => requiredPostType(parseForm(`post_type=${kind}`))).toThrow("post_type must be");
  }
});

test("ids of media are exact, as strings with leading zeros and as numbers beyond doubles", () => {
  const ids = '["012345678901234567",5,9007199254740993,"9223372036854775807"]';
  const types = '["png","jpg","gif","mp4"]';
  expect(parseMedia(parseForm(`media_ids=${ids}&media_types=${types}`))).toEqual({
    mediaIds: [12_345_678_901_234_567n, 5n, 9_007_199_254_740_993n, 9_223_372_036_854_775_807n],
    mediaTypes: ["png", "jpg", "gif", "mp4"],
  });
});

test.each(["", "media_ids=[1]", 'media_ids=&media_types=["png"]', "media_ids=[]&media_types=[]"])(
  "%j is a post without media",
  (form) => {
    expect(parseMedia(parseForm(form))).toEqual({ mediaIds: [], mediaTypes: [] });
  },
);

test.each([
  'media_ids=["1"&media_types=["png"]',
  'media_ids={"a":1}&media_types=["png"]',
  'media_ids=["x"]&media_types=["png"]',
  'media_ids=[1.5]&media_types=["png"]',
  'media_ids=[1e3]&media_types=["png"]',
  'media_ids=[null]&media_types=["png"]',
  'media_ids=[[1]]&media_types=["png"]',
  "media_ids=[1]&media_types=[1]",
  "media_ids=1&media_types=png",
])("%s is refused", (form) => {
  expect(() => parseMedia(parseForm(form))).toThrow("Invalid arguments");
});
