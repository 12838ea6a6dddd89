import { testCall } from "@faultline/rpc/test-call";
import { expect, test } from "vitest";
import type { Script } from "./redis.ts";
import { redisCodeOf } from "./redis-errors.ts";
import { redises, rising } from "./testing/redises.ts";
import { seeCalls } from "./testing/seen-calls.ts";

test.for(redises)(
  "$name gives the newest first, from a place to before another",
  async ({ open }) => {
    const redis = await open();
    await redis.addNew("7", rising("a", "b", "c", "d"), testCall());

    expect(await redis.newest("7", 0, 2, testCall())).toEqual(["d", "c"]);
    expect(await redis.newest("7", 1, 100, testCall())).toEqual(["c", "b", "a"]);
    expect(await redis.oldest("7", testCall())).toEqual(["a", "b", "c", "d"]);
  },
);

test.for(redises)("$name gives nothing for an empty range or an absent key", async ({ open }) => {
  const redis = await open();
  await redis.addNew("7", rising("a"), testCall());

  for (const [start, stop] of [
    [0, 0],
    [2, 1],
    [-1, 5],
    [1, 5],
  ] as const)
    expect(await redis.newest("7", start, stop, testCall())).toEqual([]);
  expect(await redis.newest("8", 0, 10, testCall())).toEqual([]);
  expect(await redis.oldest("8", testCall())).toEqual([]);
  expect(await redis.count("8", testCall())).toBe(0);
});

test.for(redises)("$name orders equal scores by their members' bytes", async ({ open }) => {
  const redis = await open();
  const members = ["9", "10", "é", "z", "\u{1F600}", "\u{FB00}"];
  await redis.put(
    "7",
    members.map((member) => ({ member, score: 5 })),
    testCall(),
  );

  const sorted = ["10", "9", "z", "é", "\u{FB00}", "\u{1F600}"];
  expect(await redis.oldest("7", testCall())).toEqual(sorted);
  expect(await redis.newest("7", 0, 10, testCall())).toEqual(sorted.toReversed());
});

test.for(redises)(
  "$name keeps ids of 64 bits and times in milliseconds exact",
  async ({ open }) => {
    const redis = await open();
    const members = [
      { member: "9223372036854775807", score: 1_700_000_000_001 },
      { member: "9223372036854775806", score: 1_700_000_000_002 },
      { member: "9007199254740993", score: 1_700_000_000_000 },
    ];

    await redis.addNew("7", members, testCall());

    expect(await redis.newest("7", 0, 10, testCall())).toEqual([
      "9223372036854775806",
      "9223372036854775807",
      "9007199254740993",
    ]);
  },
);

test.for(redises)("$name leaves a member where it is when it is added again", async ({ open }) => {
  const redis = await open();
  await redis.addNew("7", rising("a", "b"), testCall());

  const added = await redis.addNew("7", [{ member: "a", score: 9 }, ...rising("c")], testCall());

  expect(added).toBe(1);
  expect(await redis.oldest("7", testCall())).toEqual(["a", "c", "b"]);
});

test.for(redises)("$name moves a member to its new score when it is put", async ({ open }) => {
  const redis = await open();
  await redis.put("7", rising("a", "b"), testCall());

  await redis.put("7", [{ member: "a", score: 9 }], testCall());

  expect(await redis.oldest("7", testCall())).toEqual(["b", "a"]);
});

test.for(redises)(
  "$name adds a member to many sorted sets, and tells how many lacked it",
  async ({ open }) => {
    const redis = await open();
    const followers = Array.from({ length: 1_300 }, (_, index) => `${index}`);
    await redis.addNew("5", [{ member: "post", score: 1 }], testCall());

    const added = await redis.addNewToMany(followers, { member: "post", score: 2 }, testCall());

    expect(added).toBe(1_299);
    expect(await redis.newest("1299", 0, 5, testCall())).toEqual(["post"]);
    expect(await redis.addNewToMany([], { member: "post", score: 2 }, testCall())).toBe(0);
  },
);

test.for(redises)("$name removes members, and keeps no empty sorted set", async ({ open }) => {
  const redis = await open();
  await redis.addNew("7", rising("a", "b"), testCall());

  expect(await redis.remove("7", ["a", "nobody"], testCall())).toBe(1);
  expect(await redis.count("7", testCall())).toBe(1);
  expect(await redis.remove("7", ["b"], testCall())).toBe(1);
  expect(await redis.exists("7", testCall())).toBe(false);
});

test.for(redises)("$name does nothing when it is given nothing", async ({ open }) => {
  const redis = await open();

  expect(await redis.addNew("7", [], testCall())).toBe(0);
  await redis.put("7", [], testCall());
  expect(await redis.remove("7", [], testCall())).toBe(0);
  await redis.delete([], testCall());

  expect(await redis.exists("7", testCall())).toBe(false);
});

test.for(redises)("$name forgets all but the newest of a sorted set", async ({ open }) => {
  const redis = await open();
  await redis.addNew("7", rising("a", "b", "c"), testCall());

  await redis.keepNewest("7", 5, testCall());
  expect(await redis.count("7", testCall())).toBe(3);
  await redis.keepNewest("7", 2, testCall());
  expect(await redis.oldest("7", testCall())).toEqual(["b", "c"]);
  await redis.keepNewest("7", 0, testCall());
  expect(await redis.exists("7", testCall())).toBe(false);
});

test.for(redises)("$name keeps texts, and forgets what is deleted", async ({ open }) => {
  const redis = await open();

  expect(await redis.get("7:gen", testCall())).toBeUndefined();
  await redis.set("7:gen", "Zürich\r\n\0", testCall());
  await redis.set("8:gen", "", testCall());
  expect(await redis.get("7:gen", testCall())).toBe("Zürich\r\n\0");
  expect(await redis.get("8:gen", testCall())).toBe("");
  expect(await redis.exists("8:gen", testCall())).toBe(true);

  await redis.delete(["7:gen", "8:gen", "9:gen"], testCall());
  expect(await redis.get("7:gen", testCall())).toBeUndefined();
  expect(await redis.exists("8:gen", testCall())).toBe(false);
});

test.for(redises)("$name has one run id as long as it lives", async ({ open }) => {
  const redis = await open();

  const runId = await redis.runId(testCall());

  expect(runId).toMatch(/^[0-9a-f]{40}$/);
  expect(await redis.runId(testCall())).toBe(runId);
});

/** Adds a member if the sorted set is there; answers what was there before. */
const addIfThere: Script = {
  name: "add-if-there",
  lua: `
    if redis.call("EXISTS", KEYS[1]) == 0 then return false end
    local before = redis.call("ZRANGE", KEYS[1], 0, -1)
    redis.call("ZADD", KEYS[1], ARGV[2], ARGV[1])
    return {#before, before, ARGV[1]}`,
  inMemory(redis, [key = ""], [member = "", score = ""]) {
    if (!redis.exists(key)) return null;
    const before = redis.oldest(key);
    redis.put(key, [{ member, score: Number(score) }]);
    return [before.length, before, member];
  },
};

test.for(redises)("$name runs a script, and runs it again", async ({ open }) => {
  const redis = await open();

  expect(await redis.evaluate(addIfThere, ["7"], ["b", "9"], testCall())).toBeNull();
  await redis.put("7", rising("a"), testCall());
  expect(await redis.evaluate(addIfThere, ["7"], ["b", "9"], testCall())).toEqual([1, ["a"], "b"]);

  expect(await redis.oldest("7", testCall())).toEqual(["a", "b"]);
});

test.for(redises)("$name tells by its own code what it refused", async ({ open }) => {
  const redis = await open();
  await redis.set("text", "1", testCall());

  const refusals = await Promise.allSettled([
    redis.addNew("text", rising("a"), testCall()),
    redis.newest("text", 0, 1, testCall()),
    redis.remove("text", ["a"], testCall()),
  ]);

  for (const refusal of refusals) {
    expect(refusal).toMatchObject({
      status: "rejected",
      reason: { code: "internal", message: "home-timeline-redis refused: WRONGTYPE" },
    });
    expect(redisCodeOf(refusal.status === "rejected" && refusal.reason)).toBe("WRONGTYPE");
  }
});

test.for(redises)("$name does nothing for a call that is over", async ({ open }) => {
  const redis = await open();
  const canceled = testCall({ signal: AbortSignal.abort() });
  const late = testCall({ deadlineMs: Date.now() - 1 });

  await expect(redis.set("1", "one", canceled)).rejects.toMatchObject({ code: "canceled" });
  await expect(redis.get("1", late)).rejects.toMatchObject({ code: "deadlineExceeded" });
  expect(await redis.get("1", testCall())).toBeUndefined();
});

test.for(redises)("$name shows every operation to the layers", async ({ open }) => {
  const { layer, calls } = seeCalls();
  const redis = await open({ layers: [layer] });

  await redis.addNew("7", rising("a"), testCall());
  await redis.addNewToMany(["7", "8"], { member: "b", score: 1 }, testCall());
  await redis.put("7", rising("a"), testCall());
  await redis.newest("7", 0, 10, testCall());
  await redis.oldest("7", testCall());
  await redis.remove("7", ["a"], testCall());
  await redis.count("7", testCall());
  await redis.keepNewest("7", 10, testCall());
  await redis.set("1", "one", testCall());
  await redis.get("1", testCall());
  await redis.exists("1", testCall());
  await redis.delete(["1"], testCall());
  await redis.runId(testCall());
  await redis.evaluate(addIfThere, ["7"], ["b", "9"], testCall());

  expect(calls.map((call) => call.name.replace(" home-timeline-redis", ""))).toEqual([
    "ZADD",
    "PIPELINE ZADD",
    "ZADD",
    "ZREVRANGE",
    "ZRANGE",
    "ZREM",
    "ZCARD",
    "ZREMRANGEBYRANK",
    "SET",
    "GET",
    "EXISTS",
    "UNLINK",
    "EVALSHA",
  ]);
  expect(calls[3]).toMatchObject({
    kind: "client",
    system: "redis",
    service: "home-timeline-service",
    peer: "home-timeline-redis",
    name: "ZREVRANGE home-timeline-redis",
    request: { key: "7", start: 0, stop: 10 },
    attributes: { "db.system.name": "redis", "db.operation.name": "ZREVRANGE" },
  });
});

test.for(redises)("$name does what a layer makes of the request", async ({ open }) => {
  const redis = await open({
    layers: [
      (call, next) => next(call.name.startsWith("GET") ? { ...call, request: { key: "2" } } : call),
    ],
  });
  await redis.set("1", "one", testCall());

  expect(await redis.get("1", testCall())).toBeUndefined();
});
