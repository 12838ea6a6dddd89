import { someCall } from "@faultline/rpc/some-call";
import { expect, test } from "vitest";
import { postStorageFlaky } from "./post-storage-flaky.ts";
import { attach } from "./testing/attach.ts";

test("a share of calls fails, the others are answered", async () => {
  const { run } = attach(postStorageFlaky, { given: { service: "geo" }, chances: [0.4, 0.6] });

  await expect(run(someCall())).rejects.toThrow("random failure");
  expect(await run(someCall())).toBe("answer");
});
