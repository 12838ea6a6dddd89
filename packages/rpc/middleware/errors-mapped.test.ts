import { expect, test } from "vitest";
import { notFound } from "../errors.ts";
import { someCall } from "../some-call.ts";
import { errorsMapped } from "./errors-mapped.ts";

test("what a handler throws by mistake becomes an internal error that keeps its cause", async () => {
  const cause = new TypeError("x is undefined");
  const work = errorsMapped(someCall(), () => Promise.reject(cause));
  await expect(work).rejects.toMatchObject({ code: "internal", cause });
});

test("a service error passes through as it is", async () => {
  const error = notFound("no such hotel");
  await expect(errorsMapped(someCall(), () => Promise.reject(error))).rejects.toBe(error);
});

test("an abort becomes the reason of the abort", async () => {
  const controller = new AbortController();
  controller.abort(notFound("gone"));
  const work = errorsMapped(someCall(), async () => controller.signal.throwIfAborted());
  await expect(work).rejects.toMatchObject({ code: "notFound" });
});
