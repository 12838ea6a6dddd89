import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { isFree } from "./ports.ts";
import { identify, isStillRunning } from "./process-identity.ts";
import { childOf, fixture, freePort, startAll } from "./test-launch.ts";

test("everything is ready when each server has answered its health check", async () => {
  const [geo, search] = [await fixture("geo"), await fixture("search", { uses: ["geo"] })];

  const { launch } = await startAll([geo, search]);

  expect([...launch.children.values()].map(({ state }) => state)).toEqual(["ready", "ready"]);
  expect((await fetch(`${search.url}/healthz`)).status).toBe(200);
});

test("a server is started only when those that it waits for are ready", async () => {
  const { launch } = await startAll([
    await fixture("search", { uses: ["geo"] }),
    await fixture("geo"),
  ]);

  const [search, geo] = [childOf(launch, "search"), childOf(launch, "geo")];
  expect(search.startedAtMs).toBeGreaterThan(geo.startedAtMs);
});

test("stopping ends callers before callees and leaves no process and no port", async () => {
  const plans = [await fixture("geo"), await fixture("search", { uses: ["geo"] })];
  const { launch } = await startAll(plans);
  const order: string[] = [];
  for (const { plan, events } of launch.children.values()) {
    events.on("exited", () => order.push(plan.name));
  }
  const identities = [...launch.children.values()].map(({ pid }) => identify(pid ?? 0));

  await launch.stop();
  await launch.ended;

  expect(order).toEqual(["search", "geo"]);
  expect(identities.map((identity) => identity && isStillRunning(identity))).toEqual([
    false,
    false,
  ]);
  expect(await Promise.all(plans.map(({ port }) => isFree(port)))).toEqual([true, true]);
});

test("a server that ends by itself is started again, and the terminal tells why it ended", async () => {
  const { launch, screen } = await startAll([await fixture("geo")]);
  const geo = childOf(launch, "geo");

  const readyAgain = once(geo.events, "ready");
  await fetch(`${geo.plan.url}/crash`).catch(() => {});
  await readyAgain;

  expect(geo.starts).toBe(2);
  expect(screen.text()).toMatch(/geo ended with exit code 4 after .* s/);
  expect(screen.text()).toContain("│ mood good");
  expect(screen.text()).toContain("geo is ready again");
});

test("a killed server is started again, and the signal is told", async () => {
  const { launch, screen } = await startAll([await fixture("geo")]);
  const geo = childOf(launch, "geo");

  const readyAgain = once(geo.events, "ready");
  geo.kill("SIGKILL");
  await readyAgain;

  expect(screen.text()).toContain("geo was ended by SIGKILL");
});

test("a server that crashes at start three times ends the start, with its last lines", async () => {
  const { launch, screen } = await startAll([
    await fixture("geo"),
    await fixture("rate", { mood: "crashing" }),
  ]);

  await expect(launch.ended).rejects.toThrow(/rate ended 3 times before it was ready.*rate\.log/s);
  expect(screen.text()).toContain("│ cannot reach the moon");
  expect(childOf(launch, "geo").state).toBe("stopped");
});

test("a busy port is refused before anything starts, with its holder and a way out", async () => {
  const holder = createServer().listen(await freePort(), "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  const port = typeof address === "object" && address ? address.port : 0;

  const { launch } = await startAll([await fixture("geo", { port })]);

  const message = new RegExp(
    `${port}, wanted for geo, is held by pid ${process.pid} .*--port-base`,
    "s",
  );
  await expect(launch.ended).rejects.toThrow(message);
  expect(childOf(launch, "geo").starts).toBe(0);
  holder.close();
});

test("a missing program is refused before anything starts, with its name", async () => {
  const plan = await fixture("geo");
  const command = { ...plan.command, program: "/nowhere/memcached" };

  const { launch } = await startAll([{ ...plan, command }]);

  await expect(launch.ended).rejects.toThrow(/\/nowhere\/memcached, which geo needs/);
});

test("a stopped server stays stopped, and can be started with other settings", async () => {
  const { launch } = await startAll([await fixture("geo")]);
  const geo = childOf(launch, "geo");

  await geo.stop(1_000);
  expect([geo.state, await isFree(geo.plan.port)]).toEqual(["stopped", true]);

  const ready = once(geo.events, "ready");
  const { command } = geo.plan;
  geo.setup = { ...geo.plan, command: { ...command, env: { ...command.env, MOOD: "sunny" } } };
  await geo.start();
  await ready;
  expect(readFileSync(geo.logPath, "utf8")).toContain("mood sunny");
});

test("a server that does not listen to SIGTERM is killed after the grace", async () => {
  const { launch } = await startAll([await fixture("geo", { mood: "stubborn" })]);
  const geo = childOf(launch, "geo");

  await geo.stop(100);

  expect(geo.lastExit?.signal).toBe("SIGKILL");
});

test("a paused server keeps its connections waiting until it is resumed", async () => {
  const { launch } = await startAll([await fixture("geo")]);
  const geo = childOf(launch, "geo");

  geo.pause();
  await expect(fetch(geo.plan.url, { signal: AbortSignal.timeout(200) })).rejects.toThrow(
    /timeout/,
  );
  geo.resume();

  expect((await fetch(geo.plan.url)).status).toBe(200);
});

test("a paused server can be stopped", async () => {
  const { launch } = await startAll([await fixture("geo")]);
  const geo = childOf(launch, "geo");

  geo.pause();
  await geo.stop(5_000);

  expect(geo.lastExit).toMatchObject({ code: 0, signal: null });
});
