import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type DataDirectoryRequest, openDataDirectory } from "./data-directory.ts";
import { temporaryFolder } from "./test-launch.ts";

function request(path: string, change: Partial<DataDirectoryRequest> = {}): DataDirectoryRequest {
  return { path, app: "hotel", version: "1.2.3", engine: "embedded", fresh: false, ...change };
}

test("a new data directory is made and says whose it is", async () => {
  const path = join(temporaryFolder(), "deep/inside");

  const directory = await openDataDirectory(request(path));
  directory.close();

  expect(JSON.parse(readFileSync(join(path, "faultline.json"), "utf8"))).toEqual({
    product: "faultline",
    format: 1,
    version: "1.2.3",
    app: "hotel",
    engine: "embedded",
  });
});

test("data of an earlier start is found again, and dropped by --fresh", async () => {
  const path = temporaryFolder();
  const first = await openDataDirectory(request(path));
  const file = join(first.databasePath("mongodb-geo"), "hotels");
  writeFileSync(file, "80");
  first.close();

  (await openDataDirectory(request(path))).close();
  expect(existsSync(file)).toBe(true);

  (await openDataDirectory(request(path, { fresh: true }))).close();
  expect(existsSync(file)).toBe(false);
});

test("two starts cannot share a data directory", async () => {
  const path = temporaryFolder();
  const first = await openDataDirectory(request(path));

  await expect(openDataDirectory(request(path))).rejects.toThrow(
    /Another npm start uses.*--data-dir/,
  );

  first.close();
  (await openDataDirectory(request(path))).close();
});

test("a directory with somebody else's files is refused and not touched, even by --fresh", async () => {
  const path = temporaryFolder();
  mkdirSync(join(path, "databases"));
  writeFileSync(join(path, "thesis.tex"), "\\end");

  await expect(openDataDirectory(request(path, { fresh: true }))).rejects.toThrow(
    /not Faultline's.*--data-dir/,
  );
  expect(existsSync(join(path, "databases"))).toBe(true);
});

test.each([
  ["of another format", { format: 7 }, /Faultline 9\.9 \(format 7\).*--fresh/],
  ["of another application", { app: "social" }, /belongs to the application social.*--fresh/],
  ["of another kind of database server", { engine: "mongod" }, /written by a real mongod.*--fresh/],
  ["whose description is damaged", { product: 1 }, /damaged.*--fresh/],
])("a data directory %s is refused with the way out", async (_, change, message) => {
  const path = temporaryFolder();
  const format = { product: "faultline", format: 1, version: "9.9", app: "hotel", ...change };
  writeFileSync(join(path, "faultline.json"), JSON.stringify(format));

  await expect(openDataDirectory(request(path))).rejects.toThrow(message);
  (await openDataDirectory(request(path, { fresh: true }))).close();
});
