import { someCall } from "@faultline/rpc/some-call";
import { expect, test } from "vitest";
import { postStorageSlow } from "./post-storage-slow.ts";
import { attach } from "./testing/attach.ts";

test("calls sleep and are answered, and wake when it is turned off", async () => {
  const { run, turnOff } = attach(postStorageSlow, { given: { service: "geo", delayMs: 600_000 } });
  const asleep = run(someCall());

  turnOff();

  expect(await asleep).toBe("answer");
});
