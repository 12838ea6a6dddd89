import { faults } from "@faultline/faults";
import { emptyDocument } from "@faultline/faults/flags/document";
import { flagOf } from "@faultline/faults/flags/flag-of";
import { readParameters } from "@faultline/faults/parameters";
import type { Middleware } from "@faultline/rpc/call";
import { createFlags, type SettableFlags } from "@faultline/service/flags/flags";
import { startApp, type TestApp } from "@faultline/service/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hotel } from "./topology.ts";

let flags: SettableFlags;
let app: TestApp;
let operations: string[];

beforeEach(async () => {
  flags = createFlags();
  operations = [];
  const note: Middleware = (call, next) => {
    operations.push(call.name);
    return next(call);
  };
  app = await startApp("hotel", { flags, storeLayers: [note] });
});
afterEach(() => app.close());

/** Turns on these faults and no others, with these values. */
function turnOn(
  ...wanted: readonly (readonly [name: string, given?: object, targeting?: object])[]
) {
  const entries = wanted.map(([name, given = {}, targeting]) => {
    const fault = faults.find((candidate) => candidate.name === name);
    if (!fault) throw new Error(`there is no fault ${name}`);
    const values = readParameters(fault.parameters, { ...given }, hotel);
    return [name, flagOf(fault, values, targeting)] as const;
  });
  return flags.put({ ...emptyDocument, flags: Object.fromEntries(entries) });
}

async function ask(path: string): Promise<[status: number, body: string]> {
  const response = await fetch(`${app.url}${path}`);
  return [response.status, await response.text()];
}

const days = "inDate=2015-04-09&outDate=2015-04-10";
const search = `/hotels?${days}&lat=37.7749&lon=-122.4194`;
const recommend = "/recommendations?require=price&lat=38.0235&lon=-122.095";

test("geo-flaky fails searches by its share, leaves the rest alone, and is gone at once", async () => {
  const healthy = await ask(search);

  await turnOn(["geo-flaky", { share: 1, delayMs: 0 }]);
  const flaky = await ask(search);
  const others = await ask(recommend);
  await turnOn();

  expect(healthy[0]).toBe(200);
  expect(flaky).toEqual([500, "rpc error: code = Unknown desc = random failure\n"]);
  expect(others[0]).toBe(200);
  expect(await ask(search)).toEqual(healthy);
});

test("a request that sleeps when the fault is turned off goes on and ends well", async () => {
  await turnOn(["geo-flaky", { service: "reservation", share: 0, delayMs: 600_000 }]);
  const asleep = ask(search);
  // Rate has been asked, so reservation is next.
  await expect.poll(() => operations.includes("find inventory")).toBe(true);

  await turnOn();

  expect((await asleep)[0]).toBe(200);
});

test("targeting picks one route, one user or one service, and nobody else", async () => {
  const login = (n: number) => `/user?username=Cornell_${n}&password=${`${n}`.repeat(10)}`;
  const flaky = { service: "user", share: 1, delayMs: 0 };

  await turnOn(["geo-flaky", flaky, { if: [{ "==": [{ var: "user" }, "Cornell_1"] }, "on"] }]);

  expect((await ask(login(1)))[0]).toBe(500);
  expect((await ask(login(2)))[0]).toBe(200);
});

test("rate-connection-failure loses database and cache for searches only, and heals", async () => {
  await turnOn(["rate-connection-failure"]);
  const broken = await ask(search);
  const others = await ask(recommend);
  await turnOn();

  expect(broken[0]).toBe(500);
  expect(broken[1]).toContain("mongodb-rate cannot be reached");
  expect(others[0]).toBe(200);
  expect((await ask(search))[0]).toBe(200);
});

test("a start under rate-connection-failure gives up, as it cannot reach its database", async () => {
  const flags = createFlags();
  const fault = faults.find(({ name }) => name === "rate-connection-failure");
  const on = fault ? { [fault.name]: flagOf(fault, {}) } : {};
  await flags.put({ ...emptyDocument, flags: on });

  await expect(startApp("hotel", { flags })).rejects.toThrow("mongodb-rate cannot be reached");
});

test("search-latent-bug fails where a hotel has no plan, and not where there is no hotel", async () => {
  await turnOn(["search-latent-bug"]);

  const [status, body] = await ask(search);

  expect(status).toBe(500);
  expect(body).toContain("Cannot read properties of undefined");
  expect((await ask(`/hotels?${days}&lat=0&lon=0`))[0]).toBe(200);
});

test("two faults at once both act, and either can be turned off alone", async () => {
  await turnOn(["geo-flaky", { share: 1, delayMs: 0 }], ["search-latent-bug"]);
  expect((await ask(search))[1]).toContain("random failure");

  await turnOn(["search-latent-bug"]);
  expect((await ask(search))[1]).toContain("Cannot read properties");

  await turnOn();
  expect((await ask(search))[0]).toBe(200);
});
