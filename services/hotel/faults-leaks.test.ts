import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { faults } from "@faultline/faults";
import { createLocalDriver } from "@faultline/faults/drivers/local";
import { isFlagged, isFor } from "@faultline/faults/fault";
import { Injector } from "@faultline/faults/injector";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stack } from "./stack.ts";
import { hotel } from "./topology.ts";

const portBase = 21_000;
const control = portBase + 999;
const search = "/hotels?inDate=2015-04-09&outDate=2015-04-10&lat=37.7749&lon=-122.4194";
const recommend = "/recommendations?require=price&lat=38.0235&lon=-122.095";
const login = "/user?username=Cornell_1&password=1111111111";

/** Names of faults, of what they are called in the originals, and the words themselves. */
const telltale = new RegExp(
  `\\b(faults?|inject\\w*|chaos|flaky|sabotage\\w*|${faults
    .filter(({ name }) => name !== "none")
    .map(({ name }) => name)
    .join("|")})\\b`,
  "i",
);

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start(portBase);
  const driver = createLocalDriver({ dataDirectory: stack.dataDirectory });
  const settings = { topology: hotel, driver, dataDirectory: stack.dataDirectory, by: "test" };
  const injector = new Injector(settings);
  const signal = AbortSignal.timeout(110_000);
  // Everything that is inside the services at once, quick enough to get through, then the databases' own.
  const quick: Record<string, object> = {
    "geo-flaky": { delayMs: 20, share: 0.4 },
    "event-loop-block": { blockMs: 20 },
    "retry-storm": { hiccupMs: 100, perSecond: 100 },
    "clock-skew": { skewS: 2 },
  };
  const ours = faults.filter((fault) => isFlagged(fault) && isFor(fault, hotel));
  for (const fault of ours) {
    await injector.inject(fault.name, { given: { ...quick[fault.name] } }, signal);
    await askAll();
  }
  for (const fault of ours) await injector.recover(fault.name, signal);
  await injector.inject("revoke-auth-geo", {}, signal);
  await injector.inject("credential-rotation", {}, signal);
  await askAll();
}, 170_000);
afterAll(() => stack?.interrupt(), 60_000);

async function askAll(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    for (const path of [search, recommend, login]) {
      // Its sender wants the trace, so it is kept.
      const traceparent = `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`;
      await (await fetch(`${stack.url}${path}`, { headers: { traceparent } })).text();
    }
  }
}

/** The lines of a text that would tell somebody what was done. */
function telling(text: string): string[] {
  return text.split("\n").filter((line) => telltale.test(line));
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

test("a telltale line would be found", () => {
  expect(telling("a\nthe fault acted\nfaultline\ndefault\nx=geo-flaky")).toEqual([
    "the fault acted",
    "x=geo-flaky",
  ]);
});

test("no server's log tells", () => {
  const folder = join(stack.dataDirectory, "logs");
  const logs = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));

  expect(logs.join("").length).toBeGreaterThan(10_000);
  expect(telling(logs.join(""))).toEqual([]);
});

test("no trace tells, and there are traces of failures among them", async () => {
  const services = Object.keys(hotel.services);
  const api = `http://127.0.0.1:${control}/api/traces`;
  const traces = await Promise.all(
    services.map((service) => textOf(`${api}?service=${service}&limit=200`)),
  );
  const text = traces.join("\n");

  expect(text).toContain("random failure");
  expect(telling(text.replaceAll("},{", "},\n{"))).toEqual([]);
});

test("no metric, health page or status tells", async () => {
  const servers = await stack.servers();
  const metrics = servers.flatMap(({ kind, port }) =>
    ["service", "front door"].includes(kind) ? [`http://127.0.0.1:${port + 10_000}/metrics`] : [],
  );
  const pages = [...metrics, `${stack.url}/healthz`, `http://127.0.0.1:${control}/api/status`];
  const texts = await Promise.all(pages.map((page) => textOf(page).catch(() => "")));

  expect(texts.filter((text) => text.includes("process_cpu")).length).toBeGreaterThan(5);
  expect(telling(texts.join("\n"))).toEqual([]);
});

test("no process tells by its name, its arguments or its environment", async () => {
  const pids = (await stack.servers()).flatMap(({ pid }) => (pid === null ? [] : [`${pid}`]));
  const shown = execFileSync("ps", ["eww", "-L", "-o", "comm,args", "-p", pids.join(",")], {
    encoding: "utf8",
    maxBuffer: 64 * 1_024 * 1_024,
  });

  expect(shown).toContain("FLAGD_OFFLINE_FLAG_SOURCE_PATH");
  expect(telling(shown.replaceAll(" ", "\n"))).toEqual([]);
});
