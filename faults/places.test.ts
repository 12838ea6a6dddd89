import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createFakeDriver } from "./fake-driver.ts";
import { FlagFile } from "./flags/flag-file.ts";
import { Injector } from "./injector.ts";
import { placesOf } from "./places.ts";
import { shop } from "./testing/shop.ts";

test("projects that read the same flags have injections and a journal each", async () => {
  const folder = mkdtempSync(join(tmpdir(), "places-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const dataDirectory = join(folder, "flags");
  const signal = AbortSignal.timeout(20_000);
  const injectorOf = (project: string) => {
    const driver = { ...createFakeDriver(), project };
    return new Injector({ topology: shop, driver, dataDirectory, by: "test" });
  };

  await injectorOf("one").inject("geo-flaky", {}, signal);

  expect(injectorOf("one").active.map(({ fault }) => fault)).toEqual(["geo-flaky"]);
  expect(injectorOf("two").active).toEqual([]);
  expect(await injectorOf("two").recover("geo-flaky", signal)).toBe(false);
  expect(Object.keys(new FlagFile(placesOf(dataDirectory).flags).read().flags)).toContain(
    "geo-flaky",
  );
});
