import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exact } from "./catalogue-facts.ts";
import { createFakeDriver, type FakeDriver } from "./fake-driver.ts";
import { defineFault, type Fault } from "./fault.ts";
import { Injector } from "./injector.ts";
import { nameOf } from "./parameters.ts";
import { placesOf } from "./places.ts";
import { shop } from "./testing/shop.ts";

let folder: string;
let driver: FakeDriver;
let failingStep: string | undefined;
const signal = AbortSignal.timeout(60_000);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "injector-"));
  failingStep = undefined;
  driver = createFakeDriver({
    before(step) {
      if (step === failingStep) throw new Error(`${step} failed`);
    },
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Stops a server and its cache, and starts both again. */
function stopping(name: string): Fault {
  return defineFault({
    name,
    summary: "Stops a service.",
    parameters: { service: nameOf("service", "geo", "which") },
    onProcess: {
      holds: ({ service }) => [service],
      async inject({ service }, operation) {
        await operation.driver.stop(service, operation.signal);
        await operation.driver.stop(`${service}-helper`, operation.signal);
        return { stopped: service };
      },
      async recover({ service }, operation) {
        await operation.driver.start(service, operation.signal);
        await operation.driver.start(`${service}-helper`, operation.signal);
      },
    },
    facts: {
      analysis: { level: "Application", type: "Operation Error" },
      localisation: [],
      symptom: "",
      blast: { share: 0, says: "" },
      mitigation: [],
      recovery: "",
      ways: { local: exact, compose: exact, kubernetes: exact },
    },
  });
}

/** One that begins with nothing in mind but what is in its files. */
function injector(by = "test"): Injector {
  const own = { faults: [stopping("halt"), stopping("rest")] };
  return new Injector({ topology: shop, driver, dataDirectory: join(folder, "data"), by, ...own });
}

function catalogued(): Injector {
  return new Injector({ topology: shop, driver, dataDirectory: join(folder, "data"), by: "test" });
}

function journal(): Record<string, unknown>[] {
  const text = readFileSync(placesOf(join(folder, "data")).journal, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function flags(): Record<string, unknown> {
  return JSON.parse(readFileSync(placesOf(join(folder, "data")).flags, "utf8")).flags;
}

test("injecting twice is injecting once, and recovering twice is recovering once", async () => {
  await injector().inject("halt", {}, signal);
  await injector().inject("halt", {}, signal);
  expect(driver.done).toEqual(["stop geo", "stop geo-helper"]);
  expect(injector().active).toMatchObject([{ fault: "halt", memento: { stopped: "geo" } }]);

  expect(await injector().recover("halt", signal)).toBe(true);
  expect(await injector().recover("halt", signal)).toBe(false);
  expect(driver.done.slice(2)).toEqual(["start geo", "start geo-helper"]);
  expect(injector().active).toEqual([]);
  expect(journal().map(({ action }) => action)).toEqual(["inject", "recover"]);
});

test("the journal tells what, where, when, how and by whom", async () => {
  const fromMs = Date.now();
  await injector("harness 7").inject("halt", { given: { service: "user" } }, signal);

  const [entry] = journal();

  expect(entry).toMatchObject({
    ...{ action: "inject", fault: "halt", app: "shop", way: "local", by: "harness 7" },
    parameters: { service: "user" },
  });
  expect(entry?.atMs).toBeGreaterThanOrEqual(fromMs);
  expect(entry?.atMs).toBeLessThanOrEqual(Date.now());
});

test("other values replace the former", async () => {
  await injector().inject("halt", {}, signal);
  await injector().inject("halt", { given: { service: "user" } }, signal);

  expect(driver.done.slice(2)).toEqual([
    ...["start geo", "start geo-helper", "stop user", "stop user-helper"],
  ]);
  expect(injector().active).toMatchObject([{ parameters: { service: "user" } }]);
});

test("two faults are on at once, unless they hold the same server", async () => {
  await injector().inject("halt", {}, signal);
  await injector().inject("rest", { given: { service: "user" } }, signal);
  expect(injector().active.map(({ fault }) => fault)).toEqual(["halt", "rest"]);

  const clash = injector().inject("rest", { given: { service: "geo" } }, signal);

  await expect(clash).rejects.toThrow("geo is held by halt; recover that first");
});

test("what cannot be finished is undone, and its reason is told and journaled", async () => {
  failingStep = "stop geo-helper";

  await expect(injector().inject("halt", {}, signal)).rejects.toThrow("stop geo-helper failed");

  expect(driver.done).toEqual(["stop geo", "start geo", "start geo-helper"]);
  expect(injector().active).toEqual([]);
  expect(journal()).toMatchObject([
    { action: "inject failed", reason: "stop geo-helper failed" },
    { action: "recover" },
  ]);
});

test("what can neither be finished nor undone stays known, and is recovered later", async () => {
  const broken = injector();
  driver.start = () => Promise.reject(new Error("the launcher has gone"));
  failingStep = "stop geo-helper";
  await expect(broken.inject("halt", {}, signal)).rejects.toThrow("stop geo-helper failed");
  expect(injector().active).toMatchObject([{ fault: "halt", unfinished: true }]);
  expect(journal().map(({ action }) => action)).toEqual(["inject failed", "recover failed"]);

  driver = createFakeDriver();
  expect(await injector().recover("halt", signal)).toBe(true);

  expect(driver.done).toEqual(["start geo", "start geo-helper"]);
  expect(injector().active).toEqual([]);
});

test("one that was interrupted by the end of its process is recovered by the next", async () => {
  const never = new Promise<void>(() => {});
  driver.stop = () => never;
  void injector().inject("halt", {}, signal);
  await expect.poll(() => injector().active).toMatchObject([{ unfinished: true }]);
  // Its process is gone, and with it the lock: here both are this very process, so the lock is taken away.
  rmSync(placesOf(join(folder, "data")).lock);

  expect(await injector().recover("halt", signal)).toBe(true);

  expect(driver.done).toEqual(["start geo", "start geo-helper"]);
});

test("one whose time is over is recovered by whoever looks next", async () => {
  await injector().inject("halt", { forMs: 0 }, signal);
  await injector().inject("rest", { given: { service: "user" }, forMs: 600_000 }, signal);

  expect(await injector().recoverDue(signal)).toEqual(["halt"]);

  expect(injector().active.map(({ fault }) => fault)).toEqual(["rest"]);
});

test("a flag is put into the document with its values, and taken out again", async () => {
  await catalogued().inject("geo-flaky", { given: { share: "0.25" } }, signal);
  expect(flags()).toMatchObject({
    "geo-flaky": { defaultVariant: "on", variants: { on: { share: 0.25, service: "geo" } } },
  });

  await catalogued().recover("geo-flaky", signal);
  expect(flags()).toEqual({});
});

test("a flag can be aimed, and what flagd would not understand is refused", async () => {
  const targeting = { if: [{ "==": [{ var: "user" }, "Cornell_1"] }, "on"] };
  await catalogued().inject("geo-flaky", { targeting }, signal);
  expect(flags()).toMatchObject({ "geo-flaky": { defaultVariant: "off", targeting } });

  const nonsense = catalogued().inject("geo-flaky", { targeting: { if: 7 } }, signal);
  await expect(nonsense).rejects.toThrow();
});

test.each([
  ["geo-flaky", { share: "2" }, "share must be a number (share) from 0 to 1, not 2"],
  ["geo-flaky", { colour: "red" }, "there is no parameter colour; there is service"],
  ["geo-flaky", { service: "nobody" }, "service must be one of geo, profile, rate"],
  ["revoke-auth-geo", { service: "profile" }, "service must be one of geo, rate"],
  ["no-such", {}, "there is no fault no-such"],
])("%s with %j is refused in a sentence", async (name, given, sentence) => {
  const asked = async () => catalogued().inject(name, { given }, signal);

  await expect(asked()).rejects.toThrow(sentence);
});

test("a fault that is done to servers cannot be aimed at requests", async () => {
  const aimed = async () => injector().inject("halt", { targeting: { if: [true, "on"] } }, signal);

  await expect(aimed()).rejects.toThrow("cannot be aimed at some requests only");
});
