import { expect, test } from "vitest";
import { networkPartition } from "./network-partition.ts";
import { doneBy } from "./testing/done.ts";

const servers = ["search", "search-2", "rate", "profile"].map((name) => ({ name }));

test("every replica of the caller is cut off from every replica of the other, and nobody else is", async () => {
  expect(await doneBy(networkPartition, "inject", { servers })).toEqual([
    'disturb search→rate {"stalls":true}',
    'disturb search-2→rate {"stalls":true}',
  ]);
});

test("recovery connects them again", async () => {
  expect(await doneBy(networkPartition, "recover", { servers })).toEqual([
    "leave search→rate",
    "leave search-2→rate",
  ]);
});
