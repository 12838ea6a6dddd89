import { expect, test } from "vitest";
import { alter } from "./call.ts";
import { compose } from "./compose.ts";
import { someCall } from "./some-call.ts";

test("layers that are not wanted add nothing: without any, the work is returned as it is", () => {
  const work = async () => 1;
  expect(compose([], work)).toBe(work);
  expect(compose([undefined, false], work)).toBe(work);
});

test("the first layer is outermost, and the next sees the call as it was altered", async () => {
  const run = compose(
    [
      async (call, next) => `${await next(alter(call, { request: `${call.request}, a` }))} after`,
      (call, next) => next(alter(call, { request: `${call.request}, b` })),
    ],
    async (call) => call.request,
  );
  expect(await run(someCall({ request: "x" }))).toBe("x, a, b after");
});

test("an altered call keeps the rest, and makes no signal until asked", () => {
  let asked = 0;
  const call = {
    ...someCall({ peer: "geo" }),
    get signal() {
      asked++;
      return AbortSignal.abort();
    },
  };
  const altered = alter(call, { request: 7 });
  expect([altered.peer, altered.request, asked]).toEqual(["geo", 7, 0]);
  expect(altered.signal.aborted).toBe(true);
});
