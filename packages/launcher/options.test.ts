import { expect, test } from "vitest";
import { readOptions } from "./options.ts";

test("without arguments it is hotel, with its data in .faultline", () => {
  expect(readOptions([])).toMatchObject({
    app: "hotel",
    dataDir: ".faultline/hotel",
    fresh: false,
  });
});

test("every option is understood", () => {
  const args = "hotel --port-base 20000 --data-dir /d --fresh --replicas search=2 --replicas geo=3";

  expect(readOptions([...args.split(" "), "--mongod", "/m", "--verbose"])).toEqual({
    app: "hotel",
    portBase: 20_000,
    dataDir: "/d",
    fresh: true,
    replicas: new Map([
      ["search", 2],
      ["geo", 3],
    ]),
    mongod: "/m",
    verbose: true,
    allInOne: false,
  });
});

test.each([
  ["an unknown application", ["cinema"], /no application cinema.*hotel/],
  ["--mongo-url with --mongod", ["--mongo-url", "mongodb://x", "--mongod", "/m"], /only one/],
  ["--fresh with --mongo-url", ["--mongo-url", "mongodb://x", "--fresh"], /--fresh only drops/],
  ["--processes without --all-in-one", ["--processes", "2"], /--all-in-one/],
])("%s is refused with a sentence", (_, args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
