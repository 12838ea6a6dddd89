import { expect, test } from "vitest";
import { groupCommit } from "./group-commit.ts";

test("calls that come during a flush share the next one, and none is answered early", async () => {
  const syncs: PromiseWithResolvers<void>[] = [];
  const flush = groupCommit(() => {
    const sync = Promise.withResolvers<void>();
    syncs.push(sync);
    return sync.promise;
  });
  const first = flush();
  await started(syncs, 1);
  const later = [flush(), flush(), flush()];

  syncs[0]?.resolve();
  await first;
  await started(syncs, 2);
  expect(await settledYet(later)).toBe(false);

  syncs[1]?.resolve();
  await Promise.all(later);
  expect(syncs).toHaveLength(2);
});

test("a flush that fails fails its own callers only", async () => {
  let attempts = 0;
  const flush = groupCommit(async () => {
    attempts++;
    if (attempts === 1) throw new Error("no luck");
  });
  const both = await Promise.allSettled([flush(), flush()]);

  await flush();

  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(attempts).toBe(2);
});

async function started(syncs: unknown[], count: number): Promise<void> {
  await expect.poll(() => syncs.length).toBe(count);
}

function settledYet(promises: Promise<void>[]): Promise<boolean> {
  const settled = Promise.race(promises).then(() => true);
  return Promise.race([settled, new Promise<boolean>((done) => setImmediate(done, false))]);
}
