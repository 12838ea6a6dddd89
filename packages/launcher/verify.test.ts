import { existsSync } from "node:fs";
import { faults } from "@faultline/faults";
import { createLocalDriver } from "@faultline/faults/drivers/local";
import { openInjections } from "@faultline/faults/injections";
import { placesOf } from "@faultline/faults/places";
import { type OwnApplication, startOwnApplication } from "@faultline/faults/verify/application";
import { type Verified, verifyFaults } from "@faultline/faults/verify/verify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apps } from "./apps.ts";

/** Quick ones, in processes and in a database, and the control; the tour shows one in the code. */
const chosen = ["none", "revoke-auth-rate", "target-port"];

const { app: topology, door } = known("hotel");
const environment = { PATH: process.env.PATH, HOME: process.env.HOME };
let application: OwnApplication;

beforeAll(async () => {
  application = await startOwnApplication(
    { app: "hotel", environment },
    AbortSignal.timeout(170_000),
  );
}, 180_000);
afterAll(() => application?.close(), 60_000);

function known(name: string) {
  const found = apps[name];
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

function verified(names: readonly string[], signal: AbortSignal, say: (line: string) => void) {
  const settings = {
    ...{ topology, door, environment, say, phaseMs: 2_000 },
    dataDirectory: application.dataDirectory,
    faults: faults.filter(({ name }) => names.includes(name)),
  };
  return verifyFaults(settings, signal);
}

function complaints({ fault, checks }: Verified): readonly string[] {
  return checks
    .filter(({ holds }) => !holds)
    .map(({ says, figures }) => `${fault}: ${says} (${figures})`);
}

test("chosen faults show their symptom and nothing more, heal, also by hand, and leave nothing", async () => {
  const found = await verified(chosen, AbortSignal.timeout(280_000), () => {});

  expect(found.map(({ fault }) => fault)).toEqual(chosen);
  expect(found.flatMap(complaints)).toEqual([]);
}, 300_000);

test("Ctrl-C in the middle leaves the application as it was", async () => {
  const { dataDirectory } = application;
  const driver = createLocalDriver({ dataDirectory });
  const signal = AbortSignal.timeout(100_000);
  const looked = async () =>
    (await driver.servers(signal)).map(({ name, changed, address }) => ({
      name,
      changed,
      address,
    }));
  const before = await looked();
  const pressed = new AbortController();
  const injected = openInjections(placesOf(dataDirectory).injections);
  const watch = setInterval(() => {
    if (injected.all().length > 0) pressed.abort(new Error("Interrupted."));
  }, 20);

  await expect(verified(["target-port"], pressed.signal, () => {})).rejects.toThrow("Interrupted.");
  clearInterval(watch);

  expect(injected.all()).toEqual([]);
  expect(await looked()).toEqual(before);
}, 120_000);

test("an application that was started to be broken is gone with everything it had", async () => {
  const { dataDirectory } = application;
  const pressed = AbortSignal.abort(new Error("Interrupted."));

  await expect(startOwnApplication({ app: "hotel", environment }, pressed)).rejects.toThrow(
    "Interrupted.",
  );
  await application.close();

  expect(existsSync(dataDirectory)).toBe(false);
});
