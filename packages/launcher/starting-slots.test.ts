import { expect, test } from "vitest";
import { StartingSlots } from "./starting-slots.ts";

test("no more than so many enter, and the lowest rank is next", async () => {
  const slots = new StartingSlots(1);
  const entered: string[] = [];
  await slots.enter(5);
  const waiting = [
    slots.enter(9).then(() => entered.push("frontend")),
    slots.enter(1).then(() => entered.push("geo")),
  ];

  expect(entered).toEqual([]);
  slots.leave();
  await waiting[1];
  expect(entered).toEqual(["geo"]);

  slots.leave();
  await waiting[0];
  expect(entered).toEqual(["geo", "frontend"]);
});
