import { someCall } from "@faultline/rpc/some-call";
import { expect, test } from "vitest";
import { dbSlow } from "./db-slow.ts";
import { attach } from "./testing/attach.ts";

test("a share of the operations waits, until it is turned off, and then all are answered", async () => {
  const { run, marked, turnOff } = attach(dbSlow, {
    given: { delayMs: 600_000, share: 0.5 },
    chances: [0.4, 0.6],
    layer: "query",
  });
  const slow = run(someCall());

  expect(await run(someCall())).toBe("answer");
  expect(marked).toHaveLength(1);
  turnOff();

  expect(await slow).toBe("answer");
});

test("an operation waits no longer than its call allows", async () => {
  const { run } = attach(dbSlow, { given: { delayMs: 600_000 }, layer: "query" });

  const late = run(someCall({ deadlineMs: Date.now() + 20 }));

  await expect(late).rejects.toMatchObject({ code: "deadlineExceeded" });
});
