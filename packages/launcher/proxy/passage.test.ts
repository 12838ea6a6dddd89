import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cutCommand } from "@faultline/faults/drivers/container-network";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type FarNetwork,
  farCaller,
  farServer,
  openFarNetwork,
  whyNoFarNetwork,
} from "../fixtures/far-network.ts";
import { containerWays, placesAt, way } from "../fixtures/far-ways.ts";
import { identify } from "../process-identity.ts";
import { untilReady } from "../ready/check.ts";
import { temporaryFolder } from "../test-launch.ts";

const missing = whyNoFarNetwork();
const signal = () => AbortSignal.timeout(20_000);
const ways = containerWays();

let network: FarNetwork | undefined;
beforeEach((context) => context.skip(missing !== undefined, missing));
afterEach(async () => {
  await network?.close();
  network = undefined;
});

test("answers are late, also of who was connected before, until they are not, and nothing stays", async () => {
  network = await openFarNetwork();
  const places = placesAt(network.server.pid);
  expect(await network.ask()).toMatchObject({ seen: farCaller.host });

  await ways.disturb(places, way, { delayMs: 300 }, signal());
  const late = await network.ask();
  const again = await network.ask();
  expect(late).toMatchObject({ seen: farServer.host, connected: true });
  expect(again.connected).toBe(false);
  expect(Math.min(late.tookMs, again.tookMs)).toBeGreaterThanOrEqual(299);
  expect(network.others()).toHaveLength(1);

  await ways.disturb(places, way, { delayMs: 600 }, signal());
  expect((await network.ask()).tookMs).toBeGreaterThanOrEqual(599);
  expect(network.others()).toHaveLength(1);

  await ways.leave(places, way, signal());
  await ways.leave(places, way, signal());
  expect(await network.ask()).toMatchObject({ seen: farCaller.host });
  expect(network.others()).toEqual([]);
  expect(network.atServer("iptables-save")).not.toContain("WAY");
});

test("where the kernel cuts nothing, who was connected is sent away by his next packet", async () => {
  network = await openFarNetwork();
  await network.ask();
  const folder = temporaryFolder();
  writeFileSync(join(folder, "ss"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const uncutting = containerWays({ PATH: `${folder}${delimiter}${process.env.PATH}` });

  await uncutting.disturb(placesAt(network.server.pid), way, { delayMs: 300 }, signal());

  expect(await network.ask()).toMatchObject({ seen: farServer.host, connected: true });
});

test("callers who are cut at once are everyone, or the one who is meant", async () => {
  network = await openFarNetwork();
  await network.ask();
  // Listed instead, as not every kernel can cut.
  const cut = (from: { from?: string }) => {
    const words = cutCommand({ chain: "", port: farServer.port, ...from }, farServer.host);
    return network?.atServer(...words.filter((word) => word !== "--kill"));
  };

  expect(cut({})).toContain(farCaller.host);
  expect(cut({ from: farCaller.host })).toContain(farCaller.host);
  expect(cut({ from: "10.9.8.77" })).not.toContain(farCaller.host);
});

test("who is not meant keeps the connection that it has", async () => {
  network = await openFarNetwork();
  await network.ask();

  const others = placesAt(network.server.pid, "10.9.8.77");
  await ways.disturb(others, way, { delayMs: 300 }, signal());

  expect(await network.ask()).toMatchObject({ seen: farCaller.host, connected: false });
});

test("it outlives who has started it, and anyone can end it", async () => {
  network = await openFarNetwork();
  const starter = join(import.meta.dirname, "../fixtures/disturb-once.ts");
  execFileSync(process.execPath, [starter, `${network.server.pid}`, "300"]);

  expect((await network.ask()).tookMs).toBeGreaterThanOrEqual(299);

  await ways.leave(placesAt(network.server.pid), way, signal());
  expect(await network.ask()).toMatchObject({ seen: farCaller.host });
});

test("it ends with the server whose answers it holds", async () => {
  network = await openFarNetwork();
  await ways.disturb(placesAt(network.server.pid), way, { delayMs: 300 }, signal());
  const [passage = 0] = network.others();
  expect(identify(passage)).toBeDefined();

  network.server.kill("SIGKILL");

  await untilReady(async () => {
    if (identify(passage)) throw new Error("it still runs");
  }, signal());
});

test("it has no rights, and neither its arguments nor its environment say what it is for", async () => {
  network = await openFarNetwork();
  await ways.disturb(placesAt(network.server.pid), way, { delayMs: 4_321 }, signal());
  const [passage = 0] = network.others();
  const shown = (file: string) => readFileSync(`/proc/${passage}/${file}`, "utf8");

  expect(shown("status")).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
  const [, file, ...others] = shown("cmdline").split("\0");
  expect(file).toMatch(/\/passage\.ts$/);
  expect(others.join(" ")).toMatch(/^WAY-\w{12} $/);
  expect(shown("environ")).toBe(`PATH=${process.env.PATH}\0`);
});
