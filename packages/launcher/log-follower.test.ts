import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LogFollower } from "./log-follower.ts";
import { temporaryFolder } from "./test-launch.ts";

test("lines come once each, and an unfinished one when it is whole", () => {
  const path = join(temporaryFolder(), "geo.log");
  const follower = new LogFollower(path);
  expect(follower.readLines()).toEqual([]);

  writeFileSync(path, "one\ntwo\nthr");
  expect(follower.readLines()).toEqual(["one", "two"]);

  appendFileSync(path, "ee – 3\n");
  expect(follower.readLines()).toEqual(["three – 3"]);
  expect(follower.readLines()).toEqual([]);
});

test("a log that was emptied is read from its new beginning", () => {
  const path = join(temporaryFolder(), "geo.log");
  const follower = new LogFollower(path);
  writeFileSync(path, "a long first line\n");
  follower.readLines();

  writeFileSync(path, "new\n");

  expect(follower.readLines()).toEqual(["new"]);
});
