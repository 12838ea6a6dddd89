import { expect, test } from "vitest";
import { requestAt } from "../journey.ts";
import { mixes, mixOf } from "./mix.ts";

const seed = 1;
const drawn = Array.from({ length: 20_000 }, (_, i) => requestAt(mixOf("mixed", 962), seed, i));

function of(operation: string) {
  return drawn.filter((request) => request.operation === operation);
}

test.each([
  ["read-home-timeline", 60],
  ["read-user-timeline", 30],
  ["compose-post", 10],
])("of a hundred requests %s is %d", (operation, share) => {
  expect(Math.abs((100 * of(operation).length) / drawn.length - share)).toBeLessThan(1.5);
});

test.each(mixes.slice(1))("the script %s sends nothing else", (name) => {
  const operations = Array.from(
    { length: 50 },
    (_, i) => requestAt(mixOf(name, 962), seed, i).operation,
  );
  expect(new Set(operations)).toEqual(new Set([name]));
});

test("a post is sent as the original's script sends it, nothing of it encoded", () => {
  const url = " http://[a-zA-Z0-9]{64}";
  const text = `[a-zA-Z0-9]{256}( @username_\\d{1,3}){1,6}(${url}){1,6}`;
  const media = 'media_ids=\\["\\d{18}"(,"\\d{18}"){0,4}\\]&media_types=\\["png"(,"png"){0,4}\\]';
  const form = `^username=username_(\\d+)&user_id=\\1&text=${text}&${media}&post_type=0$`;

  const strange = of("compose-post").find(({ body = "" }) => !new RegExp(form).test(body));

  expect(strange).toBeUndefined();
});

test("nobody mentions himself, and there are as many types as pictures", () => {
  for (const { body = "" } of of("compose-post")) {
    const author = /username=(username_\d+)&/.exec(body)?.[1];
    expect(body).not.toContain(`@${author} `);
    expect(body.match(/"png"/g)?.length).toBe(body.match(/"\d{18}"/g)?.length);
  }
});

test("ten posts are read, from one of the first hundred on", () => {
  for (const { target } of of("read-home-timeline")) {
    const {
      user_id = "",
      start = "",
      stop = "",
    } = Object.fromEntries(new URLSearchParams(target.split("?")[1]));
    expect(target).toBe(
      `/wrk2-api/home-timeline/read?user_id=${user_id}&start=${start}&stop=${stop}`,
    );
    expect(Number(stop) - Number(start)).toBe(10);
    expect(Number(user_id)).toBeLessThan(962);
  }
  const starts = new Set(
    of("read-home-timeline").map(({ target }) => /start=(\d+)/.exec(target)?.[1]),
  );
  expect(starts.size).toBe(101);
});

test("every request says that it is a form, also those without a body", () => {
  const types = new Set(drawn.map(({ headers }) => headers?.["content-type"]));
  expect([...types]).toEqual(["application/x-www-form-urlencoded"]);
});
