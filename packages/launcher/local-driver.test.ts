import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DriverError } from "@faultline/faults/driver";
import { createLocalDriver } from "@faultline/faults/drivers/local";
import { Injector } from "@faultline/faults/injector";
import { placesOf } from "@faultline/faults/places";
import { afterEach, expect, test, vi } from "vitest";
import { type Control, serveControl } from "./control.ts";
import { endInjectionsOfEarlierStart } from "./ended-injections.ts";
import { Operations } from "./operations.ts";
import { childOf, fixture, startAll, temporaryFolder } from "./test-launch.ts";

const signal = AbortSignal.timeout(120_000);
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function driven(path = temporaryFolder()) {
  const { launch } = await startAll([await fixture("geo"), await fixture("user")], path);
  const control: Control = await serveControl({ dataDirectory: launch.dataDirectory, port: 0 });
  const operations = new Operations(launch);
  control.attach({ app: "hotel", launch, operations });
  opened.push(control, operations);
  return { launch, path, driver: createLocalDriver({ dataDirectory: path }) };
}

const shop = {
  name: "shop",
  services: { geo: { definition: { port: 1 } }, user: { definition: { port: 2 } } },
};

test("the driver lists servers, and says of each whether it runs and as planned", async () => {
  const { launch, driver } = await driven();

  await driver.stop("geo", signal);
  await driver.restart("user", signal, { env: { MOOD: "sunny" } });

  const { port } = childOf(launch, "geo").plan;
  const [geo, user] = await driver.servers(signal);
  expect(geo).toMatchObject({
    ...{ name: "geo", kind: "front door", state: "stopped", changed: false },
    ...{ startedAtMs: undefined, address: { host: "127.0.0.1", port } },
  });
  expect(user).toMatchObject({ name: "user", changed: true, restarts: 1 });
});

test("it stops, starts, kills, pauses and resumes, each as often as it is asked to", async () => {
  const { launch, driver } = await driven();
  const geo = childOf(launch, "geo");
  const becomes = (state: string) =>
    vi.waitFor(() => expect(geo.state).toBe(state), { timeout: 20_000 });

  for (const _ of [1, 2]) await driver.pause("geo", signal);
  expect(geo.state).toBe("paused");
  for (const _ of [1, 2]) await driver.resume("geo", signal);
  expect(geo.state).toBe("ready");
  for (const _ of [1, 2]) await driver.stop("geo", signal);
  expect(geo.state).toBe("stopped");
  for (const _ of [1, 2]) await driver.start("geo", signal);
  await becomes("ready");
  await driver.kill("geo", "SIGKILL", signal);
  await becomes("crashed");
  await becomes("ready");
});

test("what cannot be done is a sentence", async () => {
  const { driver } = await driven();

  await expect(driver.stop("moon", signal)).rejects.toThrow(
    new DriverError("there is no server moon"),
  );
  await expect(driver.putFile("../geo", "x", "", signal)).rejects.toThrow(DriverError);
  const nowhere = createLocalDriver({ dataDirectory: temporaryFolder() });
  await expect(nowhere.servers(signal)).rejects.toThrow(
    /no application runs with the data directory/,
  );
});

test("files are put where servers can read them, only for this user, and leave no folder behind", async () => {
  const { driver, path } = await driven();

  const file = await driver.putFile("geo", "server.pem", "secret", signal);
  expect(readFileSync(file, "utf8")).toBe("secret");
  expect(statSync(file).mode & 0o777).toBe(0o600);

  await driver.removeFile("geo", "server.pem", signal);
  await driver.removeFile("geo", "server.pem", signal);
  expect(existsSync(join(path, "files"))).toBe(false);
});

test("the end of a log is read", async () => {
  const { driver } = await driven();

  expect(await driver.log("geo", 10, signal)).toEqual(["mood good"]);
});

test("a disturbed edge is disturbed until it is left", async () => {
  const { launch, driver } = await driven();
  const { url } = childOf(launch, "geo").plan;

  await driver.disturb({ from: "*", to: "geo" }, { refuses: true }, signal);
  await expect(fetch(url)).rejects.toThrow(/fetch failed/);
  await driver.leave({ from: "*", to: "geo" }, signal);

  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), { timeout: 20_000 });
});

test("what was in the processes of a launcher that has ended is over with the next start, and the journal says so", async () => {
  const { launch, path, driver } = await driven();
  const settings = { topology: shop, driver, dataDirectory: path };
  await new Injector({ ...settings, by: "test" }).inject("scale-to-zero", {}, signal);
  expect(childOf(launch, "user").state).toBe("stopped");
  await launch.stop();
  await Promise.all(opened.splice(0).map((one) => one.close()));

  const second = await driven(path);
  const ended = await endInjectionsOfEarlierStart({ ...settings, driver: second.driver }, signal);

  expect(ended).toEqual(["scale-to-zero"]);
  expect(childOf(second.launch, "user")).toMatchObject({ state: "ready", starts: 1 });
  const journal = readFileSync(placesOf(path).journal, "utf8").trim().split("\n");
  expect(JSON.parse(journal.at(-1) ?? "")).toMatchObject({
    ...{ action: "recover", fault: "scale-to-zero", by: "start" },
  });
});
