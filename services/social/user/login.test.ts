import { inBothThriftWorlds, testCall } from "@faultline/rpc/both-worlds";
import { connectInMemory, serveInMemory } from "@faultline/rpc/memory";
import { logged } from "@faultline/rpc/middleware/logged";
import { traced } from "@faultline/rpc/middleware/traced";
import { someCall } from "@faultline/rpc/some-call";
import { connectMemcached } from "@faultline/stores/memcached-client";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { keepLog } from "@faultline/stores/testing/kept-log";
import { startMemcached } from "@faultline/stores/testing/memcached-server";
import { recordSpans } from "@faultline/telemetry/recorded-spans";
import { startTracing } from "@faultline/telemetry/tracing";
import { ErrorCode, UserService } from "@faultline/thrift/social";
import { expect, onTestFinished, test } from "vitest";
import { verifyLogin } from "../login-token.ts";
import { hashOf } from "./passwords.ts";
import {
  atMs,
  largeId,
  mongoWith,
  notRegistered,
  original,
  originallyCached,
  passwordHash,
  registerWithId,
  registrationOf,
  rightLogin,
  salt,
  secret,
  startedUser,
  storedUsers,
  unreachable,
} from "./user-testing.ts";

inBothThriftWorlds("who registers can log in, and gets a token", async (start) => {
  const { handlers } = await startedUser();
  const user = await start(UserService, handlers);
  await registerWithId(user, "ann", largeId);

  const login = { reqId: 1n, username: "ann", password: "password of ann" };
  const token = await user.login(login, testCall());

  expect(verifyLogin(token, secret, atMs)).toEqual({ userId: largeId, username: "ann" });
});

inBothThriftWorlds("users of the originals can log in", async (start) => {
  const { handlers } = await startedUser({ mongo: await mongoWith(original) });
  const user = await start(UserService, handlers);

  const token = await user.login(rightLogin, testCall());
  expect(verifyLogin(token, secret, atMs)).toEqual({ userId: largeId, username: "username_1" });
});

inBothThriftWorlds(
  "wrong passwords and unknown users get the contract's exceptions",
  async (start) => {
    const { handlers } = await startedUser({ mongo: await mongoWith(original) });
    const user = await start(UserService, handlers);
    const wrong = {
      exceptionCode: ErrorCode.SE_UNAUTHORIZED,
      message: "Incorrect username or password",
    };

    for (const given of ["", "password_2", "password_1 ", passwordHash]) {
      const asked = user.login({ ...rightLogin, password: given }, testCall());
      await expect(asked).rejects.toMatchObject(wrong);
    }
    for (const username of ["nobody", "", "username_1\0x", "__proto__"]) {
      const asked = user.login({ ...rightLogin, username }, testCall());
      const unknown = notRegistered(username, ErrorCode.SE_UNAUTHORIZED);
      await expect(asked).rejects.toMatchObject(unknown);
    }
  },
);

inBothThriftWorlds("a user whose document is incomplete may not log in", async (start) => {
  const mongo = await mongoWith(
    { user_id: 1n, username: "a", salt },
    { user_id: 2n, username: "b", salt: "", password: "" },
    { user_id: -1n, username: "c", salt, password: passwordHash },
    { username: "d", salt, password: passwordHash },
  );
  const { handlers } = await startedUser({ mongo });
  const user = await start(UserService, handlers);
  const refusal = async (username: string) => {
    const asked = user.login({ ...rightLogin, username }, testCall());
    const { exceptionCode, message } = await asked.catch((error) => error);
    expect(exceptionCode).toBe(ErrorCode.SE_THRIFT_HANDLER_ERROR);
    return message;
  };

  expect(await refusal("a")).toBe("user: a entry is NOT complete");
  expect(await refusal("d")).toBe("user: d entry is NOT complete");
  expect(await refusal("b")).toBe("Username: b incomplete login information.");
  expect(await refusal("c")).toBe("Username: c incomplete login information.");
});

test("only who has logged in is cached, in the original's form, and not for ever", async () => {
  let nowMs = 0;
  const cache = createMemoryCache({ now: () => nowMs });
  const { handlers } = await startedUser({ mongo: await mongoWith(original), cache });
  const cached = async () => (await cache.get("username_1:login", testCall()))?.toString();

  await expect(handlers.login({ ...rightLogin, password: "" }, someCall())).rejects.toThrow();
  expect(await cached()).toBeUndefined();
  await handlers.login(rightLogin, someCall());
  expect(await cached()).toBe(originallyCached);
  nowMs = 600_000;
  expect(await cached()).toBeUndefined();
});

test("what an original has cached is enough to log in", async () => {
  const cache = createMemoryCache();
  await cache.set("username_1:login", originallyCached, testCall());
  const { handlers } = await startedUser({ mongo: unreachable(createMemoryMongo()), cache });

  const token = await handlers.login(rightLogin, someCall());
  expect(verifyLogin(token, secret, atMs).userId).toBe(largeId);
});

test.each(["{", "null", "7", "{}", `{"password":"${passwordHash}","salt":"${salt}"}`])(
  "a cached login like %j is a miss, and written anew",
  async (entry) => {
    const cache = createMemoryCache();
    await cache.set("username_1:login", entry, testCall());
    const { handlers } = await startedUser({ mongo: await mongoWith(original), cache });

    await handlers.login(rightLogin, someCall());
    expect(String(await cache.get("username_1:login", testCall()))).toBe(originallyCached);
  },
);

test("a memcached that is stopped in its tracks keeps nobody from logging in", async () => {
  const memcached = await startMemcached();
  const cache = connectMemcached({
    ...{ service: "user-service", peer: "user-memcached" },
    ...{ addresses: [memcached.address], timeoutMs: 100 },
  });
  onTestFinished(() => cache.close());
  const { handlers } = await startedUser({ mongo: await mongoWith(original), cache });
  await handlers.login(rightLogin, someCall());

  memcached.pause();
  expect(await handlers.login(rightLogin, someCall())).toMatch(/^eyJ/);
  await memcached.kill();
  expect(await handlers.login(rightLogin, someCall())).toMatch(/^eyJ/);
});

test("no password, salt, hash, token or secret is in a span or a line of the log", async () => {
  const { exporter, spans } = recordSpans();
  const { log, lines } = keepLog();
  const sampling = { sampler: "always_on", ratio: 1 } as const;
  const tracing = await startTracing({
    ...{ service: "user-service", version: "0", exporter, sampling, log },
    otlpUrl: "http://127.0.0.1:4318",
  });
  const layers = [traced(tracing), logged({ level: "debug" })];
  const mongo = createMemoryMongo({ layers });
  const cache = createMemoryCache({ layers });
  const { handlers } = await startedUser({ mongo, cache, secret: "signing secret" });
  const common = { contract: UserService, layers };
  const server = serveInMemory({ ...common, handlers, service: "user-service", log });
  const connection = { ...common, server, service: "test", peer: "user-service" };
  const { client: user, close } = connectInMemory(connection);
  onTestFinished(async () => {
    close();
    await Promise.all([server.close(), tracing.close()]);
  });

  const scope = testCall({ log });
  const registering = () => user.registerUser(registrationOf("ann", "s3cr3t word"), scope);
  await registering();
  await expect(registering()).rejects.toThrow("already existed");
  const login = (given: string) =>
    user.login({ reqId: 1n, username: "ann", password: given }, scope);
  const token = await login("s3cr3t word");
  await expect(login("wr0ng w0rd")).rejects.toThrow("Incorrect");

  const [stored] = await storedUsers(mongo);
  const told = JSON.stringify([
    lines,
    spans().map(({ name, attributes, status, events }) => [name, attributes, status, events]),
  ]);
  expect(spans().length).toBeGreaterThan(8);
  expect(lines.length).toBeGreaterThan(8);
  const own = hashOf("s3cr3t word", stored?.salt ?? "");
  expect(own).toBe(stored?.password);
  for (const hidden of ["s3cr3t", "wr0ng", "signing secret", stored?.salt ?? "", own, token])
    expect(told).not.toContain(hidden);
});
