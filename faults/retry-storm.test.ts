import { unavailable } from "@faultline/rpc/errors";
import { someCall } from "@faultline/rpc/some-call";
import { expect, test } from "vitest";
import { retryStorm } from "./retry-storm.ts";
import { attach } from "./testing/attach.ts";

test("the caller asks again at once, as often as it may, and then passes the failure on", async () => {
  let asked = 0;
  const work = async () => {
    asked++;
    throw unavailable("no");
  };
  const { run } = attach(retryStorm, { given: { attempts: 3 }, layer: "attempting", work });

  await expect(run(someCall())).rejects.toMatchObject({ message: "no" });
  expect(asked).toBe(3);
});

test("each attempt has its own short time, and the one that is answered counts", async () => {
  let asked = 0;
  const work = () => (++asked === 2 ? Promise.resolve("second") : new Promise(() => {}));
  const given = { attempts: 3, timeoutMs: 20 };
  const { run } = attach(retryStorm, { given, layer: "attempting", work });

  expect(await run(someCall())).toBe("second");
});

test("no attempt outlives the call that it is for", async () => {
  const work = () => new Promise(() => {});
  const { run } = attach(retryStorm, { layer: "attempting", work });

  const late = run(someCall({ deadlineMs: Date.now() + 20 }));

  await expect(late).rejects.toMatchObject({ code: "deadlineExceeded" });
});

test("the service works on calls that were given up, and refuses more than its queue holds", async () => {
  const given = { hiccupMs: 50, perSecond: 100, queueMax: 2 };
  const { run } = attach(retryStorm, { given });
  const abandoned = someCall();
  const waiting = [run(abandoned), run(someCall())];
  abandoned.cancellation?.cancel();

  await expect(run(someCall())).rejects.toMatchObject({ code: "resourceExhausted" });
  expect(await Promise.all(waiting)).toEqual(["answer", "answer"]);
});

test("whoever waits goes on when it is turned off", async () => {
  const { run, turnOff } = attach(retryStorm, { given: { hiccupMs: 600_000 } });
  const waiting = run(someCall());

  turnOff();

  expect(await waiting).toBe("answer");
  expect(await run(someCall())).toBe("answer");
});
