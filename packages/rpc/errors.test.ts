import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { codeOf, codes, notFound, protocolName, toServiceError, unavailable } from "./errors.ts";

test("every code has gRPC's number and both of its spellings", () => {
  expect(codeOf(14)).toBe("unavailable");
  expect(codeOf(99)).toBe("unknown");
  expect(unavailable("x").codeName).toBe("Unavailable");
  expect(protocolName("deadlineExceeded")).toBe("DEADLINE_EXCEEDED");
  expect(protocolName("canceled")).toBe("CANCELLED");
  expect(Object.values(codes)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
});

test("an aborted wait becomes the reason of the abort", async () => {
  const reason = notFound("gone");
  const wait = sleep(1_000, undefined, { signal: AbortSignal.abort(reason) });
  const thrown: unknown = await wait.catch((error) => error);
  expect(toServiceError(thrown)).toBe(reason);
});

test("a plain abort is canceled, a platform time-out deadlineExceeded", () => {
  expect(toServiceError(new DOMException("x", "AbortError")).code).toBe("canceled");
  expect(toServiceError(new DOMException("x", "TimeoutError")).code).toBe("deadlineExceeded");
});

test("anything else thrown is internal, with what it says and as the cause", () => {
  const cause = new TypeError("x is undefined");
  expect(toServiceError(cause)).toMatchObject({ code: "internal", message: cause.message, cause });
  expect(toServiceError("oops")).toMatchObject({ code: "internal", message: "oops" });
});
