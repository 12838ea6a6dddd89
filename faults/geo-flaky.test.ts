import { someCall } from "@faultline/rpc/some-call";
import { expect, test } from "vitest";
import { geoFlaky } from "./geo-flaky.ts";
import { attach } from "./testing/attach.ts";

test("a share of the calls fails with the original's words, the rest is answered", async () => {
  const { run, marked } = attach(geoFlaky, {
    given: { share: 0.5, delayMs: 0 },
    chances: [0.49, 0.5],
  });

  await expect(run(someCall())).rejects.toMatchObject({
    code: "unknown",
    message: "random failure",
  });
  expect(await run(someCall())).toBe("answer");
  expect(marked).toHaveLength(2);
});

test("a call sleeps no longer than its time allows", async () => {
  const { run } = attach(geoFlaky, { given: { share: 0, delayMs: 600_000 } });

  const late = run(someCall({ deadlineMs: Date.now() + 20 }));

  await expect(late).rejects.toMatchObject({ code: "deadlineExceeded" });
});

test("a sleeping call goes on when the fault is turned off", async () => {
  const { run, turnOff } = attach(geoFlaky, { given: { share: 0, delayMs: 600_000 } });
  const asleep = run(someCall());

  turnOff();

  expect(await asleep).toBe("answer");
});
