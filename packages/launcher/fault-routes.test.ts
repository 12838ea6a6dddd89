import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { placesOf } from "@faultline/faults/places";
import { expect, onTestFinished, test } from "vitest";
import { serveControl } from "./control.ts";
import { Operations } from "./operations.ts";
import { fixture, startAll } from "./test-launch.ts";

const within = { timeout: 15_000 };

/** A launcher of one server, and what asks its API with the token or without. */
async function controlled() {
  const { launch } = await startAll([await fixture("geo")]);
  const { dataDirectory } = launch;
  const control = await serveControl({ dataDirectory, port: 0 });
  onTestFinished(() => control.close());
  const places = placesOf(dataDirectory.path);
  onTestFinished(() => rmSync(join(places.journal, ".."), { recursive: true, force: true }));
  control.attach({ app: "hotel", launch, operations: new Operations(launch) });
  const token = readFileSync(join(dataDirectory.path, "control-token"), "utf8").trim();
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    authorization = `Bearer ${token}`,
  ) => {
    const headers = { authorization, "content-type": "application/json" };
    const response = await fetch(`${control.url}${path}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return [response.status, (await response.json()) as Record<string, unknown>] as const;
  };
  const flags = () => Object.keys(JSON.parse(readFileSync(places.flags, "utf8")).flags);
  return { ask, flags, places };
}

test("with the token a fault is injected, told of, and recovered", async () => {
  const { ask, flags, places } = await controlled();
  const wanted = { parameters: { share: 0.25 } };

  expect(await ask("POST", "/api/faults/geo-flaky/inject", wanted)).toMatchObject([
    200,
    { fault: "geo-flaky", parameters: { service: "geo", share: 0.25 } },
  ]);
  expect(flags()).toEqual(["geo-flaky"]);
  const [, { injections }] = await ask("GET", "/api/faults");
  expect(injections).toMatchObject([{ fault: "geo-flaky" }]);
  expect(await ask("POST", "/api/faults/geo-flaky/recover")).toEqual([200, { recovered: true }]);
  expect(await ask("POST", "/api/faults/geo-flaky/recover")).toEqual([200, { recovered: false }]);

  expect(flags()).toEqual([]);
  expect(readFileSync(places.journal, "utf8")).toContain('"by":"http"');
});

test("one with a time is recovered by itself", async () => {
  const { ask, flags } = await controlled();

  await ask("POST", "/api/faults/geo-flaky/inject", { forMs: 50 });

  await expect.poll(flags, within).toEqual([]);
});

test("without the token nothing is told and nothing is done", async () => {
  const { ask } = await controlled();

  const answers = await Promise.all([
    ask("GET", "/api/faults", undefined, ""),
    ask("POST", "/api/faults/geo-flaky/inject", {}, "Bearer guess"),
    ask("POST", "/api/faults/geo-flaky/recover", {}, ""),
    ask("GET", "/api/nothing", undefined, ""),
  ]);

  expect(answers.map(([status]) => status)).toEqual([401, 401, 401, 404]);
  expect(JSON.stringify(answers)).not.toMatch(/fault|inject/);
  expect(await ask("GET", "/api/faults")).toEqual([200, { injections: [] }]);
});

test.each([
  ["geo-flaky", { parameters: { share: 7 } }, "share must be a number"],
  ["geo-flaky", { parameters: [] }, "parameters must be an object"],
  ["geo-flaky", { targeting: "x" }, "targeting must be an object"],
  ["geo-flaky", { forMs: -1 }, "forMs must be a number"],
  ["geo-flaky", { colour: 1 }, "there is nothing called colour"],
  ["no-such", {}, "there is no fault no-such"],
])("%s with %j is answered 400, with the reason", async (name, body, reason) => {
  const { ask } = await controlled();

  const [status, answer] = await ask("POST", `/api/faults/${name}/inject`, body);

  expect(status).toBe(400);
  expect(answer.error).toContain(reason);
});
