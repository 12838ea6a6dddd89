import { testCall } from "@faultline/rpc/test-call";
import { expect, onTestFinished, test } from "vitest";
import type { Script } from "./redis.ts";
import { connectRedis, type RedisSettings } from "./redis-client.ts";
import { redisCodeOf } from "./redis-errors.ts";
import { eventually } from "./testing/eventually.ts";
import { startRedis } from "./testing/redis-server.ts";
import { startScripted } from "./testing/scripted-server.ts";
import { seeCalls } from "./testing/seen-calls.ts";

function open(url: string, settings: Partial<RedisSettings> = {}) {
  const own = { service: "social-graph-service", peer: "social-graph-redis" };
  const redis = connectRedis({ ...own, url, ...settings });
  onTestFinished(() => redis.close());
  return redis;
}

/** What a call was refused with. Fails if it succeeded. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.unreachable(),
    (error) => error,
  );
}

test("a killed Redis fails calls at once, and one that is back is found again", async () => {
  const server = await startRedis();
  const redis = open(`redis://${server.address}`);
  await redis.set("1", "one", testCall());

  await server.kill();
  await expect(redis.get("1", testCall())).rejects.toMatchObject({ code: "unavailable" });
  await expect(redis.get("1", testCall())).rejects.toMatchObject({
    code: "unavailable",
    message: "social-graph-redis cannot be reached",
  });
  await expect(redis.set("1", "one", testCall())).rejects.toMatchObject({ code: "unavailable" });

  await server.start();
  expect(await eventually(() => redis.get("1", testCall()))).toBeUndefined();
  await redis.set("1", "again", testCall());
  expect(await redis.get("1", testCall())).toBe("again");
});

test("a Redis that comes up after us is found", async () => {
  const server = await startRedis();
  await server.kill();
  const redis = open(`redis://${server.address}`);
  await expect(redis.get("1", testCall())).rejects.toMatchObject({ code: "unavailable" });

  await server.start();

  await eventually(() => redis.set("1", "one", testCall()));
});

test("a Redis that was restarted has another run id", async () => {
  const server = await startRedis();
  const redis = open(`redis://${server.address}`);
  const first = await redis.runId(testCall());

  await server.kill();
  await server.start();

  await eventually(async () => expect(await redis.runId(testCall())).not.toBe(first));
});

test("calls that wait when the server dies are told so", async () => {
  const server = await startRedis();
  const redis = open(`redis://${server.address}`);
  await redis.get("1", testCall());
  server.pause();
  const waiting = Promise.all(
    [redis.get("1", testCall()), redis.addNewToMany(["1", "2"], one, testCall())].map(failureOf),
  );

  await server.kill();

  for (const failure of await waiting) {
    expect(failure).toMatchObject({
      code: "unavailable",
      message: "the connection to social-graph-redis was lost",
    });
  }
});

const one = { member: "1", score: 1 };

test("a frozen Redis costs the time-out once, then nothing, and is found when it thaws", async () => {
  const server = await startRedis();
  const redis = open(`redis://${server.address}`, { timeoutMs: 200 });
  await redis.set("1", "one", testCall());

  server.pause();
  const both = [redis.get("1", testCall()), redis.get("1", testCall())];
  for (const call of both) await expect(call).rejects.toMatchObject({ code: "deadlineExceeded" });
  await expect(redis.get("1", testCall())).rejects.toMatchObject({ code: "unavailable" });

  server.resume();
  expect(await eventually(() => redis.get("1", testCall()))).toBe("one");
});

test("a server that takes a connection and says nothing is given up", async () => {
  const server = await startScripted(() => undefined);
  const redis = open(`redis://${server.address}`, { timeoutMs: 100, retryAfterMs: 60_000 });

  const late = await failureOf(redis.get("1", testCall()));
  const next = await failureOf(redis.get("1", testCall()));

  expect(late).toMatchObject({ code: "deadlineExceeded" });
  expect(next).toMatchObject({ code: "unavailable" });
});

test("a caller waits no longer than its deadline, and may leave before", async () => {
  const server = await startScripted(() => undefined);
  const redis = open(`redis://${server.address}`, { timeoutMs: 60_000 });
  const leaving = new AbortController();

  const late = redis.get("1", testCall({ withinMs: 50 }));
  const left = redis.get("1", testCall({ signal: leaving.signal }));
  leaving.abort();

  await expect(left).rejects.toMatchObject({ code: "canceled" });
  await expect(late).rejects.toMatchObject({ code: "deadlineExceeded" });
});

test("an answer for a caller who left goes to nobody else", async () => {
  const server = await startRedis();
  const redis = open(`redis://${server.address}`);
  await redis.set("1", "one", testCall());
  await redis.set("2", "two", testCall());
  const leaving = new AbortController();
  server.pause();
  const left = redis.get("1", testCall({ signal: leaving.signal }));
  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: "canceled" });

  const stays = redis.get("2", testCall());
  server.resume();

  expect(await stays).toBe("two");
});

test("a full Redis refuses writes with its own code, and still answers reads", async () => {
  const server = await startRedis("--maxmemory", "1", "--maxmemory-policy", "noeviction");
  const redis = open(`redis://${server.address}`);

  const refused = await failureOf(redis.addNew("7", [one], testCall()));
  const many = await failureOf(redis.addNewToMany(["7", "8"], one, testCall()));

  expect([refused, many].map(redisCodeOf)).toEqual(["OOM", "OOM"]);
  expect(refused).toMatchObject({ code: "resourceExhausted" });
  expect(await redis.newest("7", 0, 10, testCall())).toEqual([]);
});

test("user and password of the URL are told to the server, and never to anybody else", async () => {
  const acl = "--user graph on >p%40ss ~* +@all --user default off".split(" ");
  const server = await startRedis(...acl);
  const { layer, calls } = seeCalls();
  const known = open(`redis://graph:p%2540ss@${server.address}`, { layers: [layer] });
  await known.set("1", "one", testCall());

  const wrong = await failureOf(
    open(`redis://graph:hunter2@${server.address}`, { layers: [layer] }).get("1", testCall()),
  );
  const nobody = await failureOf(open(`redis://${server.address}`).get("1", testCall()));

  expect([wrong, nobody].map(redisCodeOf)).toEqual(["WRONGPASS", "NOAUTH"]);
  expect(wrong).toMatchObject({ code: "unavailable" });
  const shown = JSON.stringify([calls.map((call) => call.attributes), `${wrong}`, String(nobody)]);
  expect(shown).not.toMatch(/hunter2|p%40ss|p@ss/);
});

test("a Redis that does not let us in is told of at once for a while, with its code", async () => {
  const server = await startRedis("--requirepass", "secret");
  const redis = open(`redis://:wrong@${server.address}`, { retryAfterMs: 60_000 });
  await failureOf(redis.get("1", testCall()));

  const again = await failureOf(redis.get("1", testCall()));

  expect(redisCodeOf(again)).toBe("WRONGPASS");
  expect(again).toMatchObject({ code: "unavailable" });
});

test("the numbers of the URL choose the database, which spans tell", async () => {
  const server = await startRedis();
  const { layer, calls } = seeCalls();
  const [first, second] = [0, 1].map((database) =>
    open(`redis://${server.address}/${database}`, { layers: [layer] }),
  );

  await first?.set("1", "one", testCall());

  expect(await second?.get("1", testCall())).toBeUndefined();
  expect(calls.at(-1)?.attributes).toMatchObject({
    "db.namespace": "1",
    "server.address": "127.0.0.1",
    "server.port": server.port,
    "server.service.name": "social-graph-redis",
  });
});

test("more commands than may wait are refused", async () => {
  const server = await startScripted(() => undefined);
  const redis = open(`redis://${server.address}`, { commandsMax: 3, timeoutMs: 60_000 });
  const waiting = Promise.all(
    [redis.get("1", testCall()), redis.addNewToMany(["1", "2"], one, testCall())].map(failureOf),
  );

  await expect(redis.get("3", testCall())).rejects.toMatchObject({ code: "resourceExhausted" });

  await redis.close();
  for (const failure of await waiting) expect(failure).toMatchObject({ code: "unavailable" });
  await expect(redis.get("1", testCall())).rejects.toMatchObject({ code: "unavailable" });
});

test("a script that the server has forgotten is told to it again", async () => {
  const server = await startRedis();
  const redis = open(`redis://${server.address}`);
  const echo: Script = { name: "echo", lua: "return ARGV[1]", inMemory: () => null };
  expect(await redis.evaluate(echo, [], ["a"], testCall())).toBe("a");

  await server.kill();
  await server.start();

  expect(await eventually(() => redis.evaluate(echo, [], ["b"], testCall()))).toBe("b");
});

test("a score that is no number is refused before anybody is asked", async () => {
  const redis = open("redis://127.0.0.1:1");

  const refused = redis.put("1", [{ member: "a", score: Number.NaN }], testCall());

  await expect(refused).rejects.toMatchObject({ code: "invalidArgument" });
});

test("an address that cannot be one is refused with an example, and not repeated", () => {
  for (const url of [
    "",
    "home:hunter2@there",
    "http://:hunter2@x",
    "redis://:hunter2@/x",
    "redis://x/a",
  ]) {
    expect(() => open(url)).toThrow(/^(?!.*hunter2).*expected redis:\/\/host:6379/);
  }
});
