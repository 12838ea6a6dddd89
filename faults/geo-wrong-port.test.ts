import { expect, test } from "vitest";
import { geoWrongPort } from "./geo-wrong-port.ts";
import { doneBy } from "./testing/done.ts";

test("geo is started with another build, and with its own in the end", async () => {
  expect(await doneBy(geoWrongPort, "inject", { servers: [{ name: "geo" }] })).toEqual([
    'restart geo {"program":"geo/builds/app3"}',
  ]);
  expect(
    await doneBy(geoWrongPort, "recover", { servers: [{ name: "geo", changed: true }] }),
  ).toEqual(["restart geo"]);
});

test("an application without a geo is refused", async () => {
  const topology = { name: "empty", services: {} };

  await expect(doneBy(geoWrongPort, "inject", { servers: [], topology })).rejects.toThrow(
    /about geo, which empty has not/,
  );
});
