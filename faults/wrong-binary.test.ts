import { expect, test } from "vitest";
import { doneBy } from "./testing/done.ts";
import { wrongBinary } from "./wrong-binary.ts";

test("the service is started with the program of another one, once", async () => {
  const servers = [{ name: "profile" }];

  expect(await doneBy(wrongBinary, "inject", { servers })).toEqual([
    'restart profile {"program":"geo"}',
  ]);
  expect(
    await doneBy(wrongBinary, "inject", { servers: [{ name: "profile", changed: true }] }),
  ).toEqual([]);
});

test("recovery gives it its own program, and does nothing to one that has it", async () => {
  expect(
    await doneBy(wrongBinary, "recover", { servers: [{ name: "profile", changed: true }] }),
  ).toEqual(["restart profile"]);
  expect(await doneBy(wrongBinary, "recover", { servers: [{ name: "profile" }] })).toEqual([]);
});
