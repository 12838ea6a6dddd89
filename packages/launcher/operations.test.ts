import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { Operations } from "./operations.ts";
import { childOf, fixture, freePort, startAll } from "./test-launch.ts";

const opened: Operations[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((operations) => operations.close()));
});

async function operated() {
  const { launch, path } = await startAll([await fixture("geo"), await fixture("rate")]);
  const operations = new Operations(launch);
  opened.push(operations);
  const geo = childOf(launch, "geo");
  const ask = (signal = AbortSignal.timeout(5_000)) => fetch(geo.plan.url, { signal });
  return { launch, path, operations, geo, ask };
}

/** What `act` does to a child until it is ready again. */
async function andReady(child: ReturnType<typeof childOf>, act: () => Promise<void>) {
  const ready = once(child.events, "ready");
  await act();
  await ready;
}

test("a server that is stopped twice stays stopped, and starts as planned", async () => {
  const { operations, geo, ask } = await operated();

  await operations.stop("geo");
  await operations.stop("geo");
  expect([geo.state, geo.desired]).toEqual(["stopped", false]);
  await expect(ask()).rejects.toThrow(/fetch failed/);

  await andReady(geo, () => operations.start("geo"));
  await operations.start("geo");
  expect([geo.starts, (await ask()).status]).toEqual([2, 200]);
});

test("overrides last over a crash, and end with a start without them", async () => {
  const { operations, geo } = await operated();

  await andReady(geo, () => operations.restart("geo", { env: { MOOD: "sunny" } }));
  await andReady(geo, () => operations.kill("geo", "SIGKILL"));
  await andReady(geo, () => operations.restart("geo"));

  const log = readFileSync(geo.logPath, "utf8");
  expect(log.match(/mood \w+/g)).toEqual(["mood good", "mood sunny", "mood sunny", "mood good"]);
});

test("a server on another port leaves its own one refused", async () => {
  const { operations, geo, ask } = await operated();
  const port = await freePort();

  await andReady(geo, () => operations.restart("geo", { port }));

  await expect(ask()).rejects.toThrow(/fetch failed/);
  expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
});

test("an unknown program is refused before anything is ended", async () => {
  const { operations, geo } = await operated();

  await expect(operations.restart("geo", { program: "moon" })).rejects.toThrow(/no service moon/);
  expect([geo.state, geo.starts]).toEqual(["ready", 1]);
});

test("pausing and resuming may be repeated", async () => {
  const { operations, geo, ask } = await operated();

  await operations.pause("geo");
  await operations.pause("geo");
  await expect(ask(AbortSignal.timeout(200))).rejects.toThrow(/timeout/);
  await operations.resume("geo");
  await operations.resume("geo");

  expect([geo.state, (await ask()).status]).toEqual(["ready", 200]);
});

test("a stalled edge takes connections and stays silent, and is as planned when it is left", async () => {
  const { operations, geo, ask } = await operated();
  const edge = { from: "*", to: "geo" };

  await andReady(geo, () => operations.disturb({ ...edge, disturbance: {} }));
  expect((await ask()).status).toBe(200);
  await operations.disturb({ ...edge, disturbance: { stalls: true } });
  await expect(ask(AbortSignal.timeout(200))).rejects.toThrow(/timeout/);
  expect(geo.starts).toBe(2);

  await andReady(geo, () => operations.leave(edge));
  await operations.leave(edge);
  expect([geo.setup.port, geo.starts, operations.edges]).toEqual([geo.plan.port, 3, []]);
  expect((await ask()).status).toBe(200);
});

test("a refused edge refuses, and one that is only some other caller's lets us pass", async () => {
  const { operations, geo, ask } = await operated();

  await andReady(geo, () =>
    operations.disturb({ from: "rate", to: "geo", disturbance: { stalls: true } }),
  );
  expect((await ask()).status).toBe(200);
  await operations.disturb({ from: "*", to: "geo", disturbance: { refuses: true } });
  await vi.waitFor(() => expect(ask()).rejects.toThrow(/fetch failed/));
  await operations.leave({ from: "*", to: "geo" });
  expect((await ask()).status).toBe(200);
});

test("a stopped server behind a proxy is not started by a disturbance or its end", async () => {
  const { operations, geo } = await operated();
  const edge = { from: "*", to: "geo" };

  await operations.stop("geo");
  await operations.disturb({ ...edge, disturbance: { delayMs: 10 } });
  await operations.leave(edge);

  expect([geo.state, geo.starts]).toEqual(["stopped", 1]);
});

test("what operators did is not kept: the next start is as planned", async () => {
  const { launch, path, operations } = await operated();
  await operations.stop("geo");
  await operations.restart("rate", { env: { MOOD: "sunny" } });
  await launch.stop();

  const plans = [...launch.children.values()].map(({ plan }) => plan);
  const { launch: second } = await startAll(plans, path);

  expect([...second.children.values()].map(({ state }) => state)).toEqual(["ready", "ready"]);
  expect(readFileSync(childOf(second, "rate").logPath, "utf8")).toContain("mood good");
});

test("when everything is being stopped, nothing is started any more", async () => {
  const { launch, operations } = await operated();

  const stopped = launch.stop();
  await expect(operations.restart("geo")).rejects.toThrow(/being stopped/);
  await stopped;
});

test("a port is free again after a proxy is closed with the launcher", async () => {
  const { operations, geo } = await operated();
  await andReady(geo, () => operations.disturb({ from: "*", to: "geo", disturbance: {} }));

  await operations.close();

  const server = createServer().listen(geo.plan.port, "127.0.0.1");
  await once(server, "listening");
  server.close();
});
