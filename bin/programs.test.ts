import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Asks for memcached on a machine whose whole `PATH` is one folder with these shell scripts. */
function ensureMemcached(scripts: Record<string, string>) {
  return askOn(scripts, () => `ensurePrograms(["memcached"])`);
}

/** Asks on such a machine for Redis. */
function ensureRedis(scripts: Record<string, string>) {
  return askOn(scripts, () => `ensurePrograms(["redis"])`);
}

/** Asks on such a machine whether the script `node` runs. */
function ensureNodeRuns(scripts: Record<string, string>) {
  return askOn(scripts, (folder) => `ensureRuns("${folder}/node")`);
}

function askOn(scripts: Record<string, string>, question: (folder: string) => string) {
  const folder = mkdtempSync(join(tmpdir(), "programs-"));
  folders.push(folder);
  for (const name of ["env", "sh", "touch", "chmod", "true"])
    symlinkSync(`/usr/bin/${name}`, join(folder, name));
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const program = `
    const { ensurePrograms, ensureRuns } = await import("${join(import.meta.dirname, "programs.mjs")}");
    console.log("all there:", await ${question(folder)});
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    env: { PATH: folder },
    encoding: "utf8",
  });
  return { stdout, stderr, left: readdirSync(folder) };
}

const sudo = `shift; exec "$@"`;
const working = `echo noise; touch \${0%/*}/memcached; chmod +x \${0%/*}/memcached`;

test("a program that is there is not installed again", () => {
  const { stdout, stderr } = ensureMemcached({ memcached: "true" });

  expect([stdout, stderr]).toEqual(["all there: true\n", ""]);
});

test("a missing program is installed with one line on the screen", () => {
  const { stdout, stderr } = ensureMemcached({ "apt-get": working, sudo });

  expect(stdout).toBe("Installing memcached (apt-get install memcached) …\nall there: true\n");
  expect(stderr).toBe("");
});

test("the server that Debian starts with a package is stopped and not started again", () => {
  const { stdout, stderr, left } = ensureRedis({
    "apt-get": `touch \${0%/*}/redis-server; chmod +x \${0%/*}/redis-server`,
    systemctl: "exit 1",
    service: `touch "\${0%/*}/$1 $2"`,
    "update-rc.d": `touch "\${0%/*}/$1 $2"`,
    sudo,
  });

  expect(stdout).toBe("Installing redis (apt-get install redis-server) …\nall there: true\n");
  expect(stderr).toBe("");
  expect(left).toEqual(expect.arrayContaining(["redis-server stop", "redis-server disable"]));
});

test("package lists that were never fetched are fetched", () => {
  const noLists = `case "$*" in *update*) touch \${0%/*}/lists;; *) test -e \${0%/*}/lists;; esac`;
  const { stdout } = ensureMemcached({ "apt-get": noLists, sudo });

  expect(stdout).toContain("all there: true");
});

test("what cannot be installed is told with the reason and the command to run", () => {
  const { stdout, stderr } = ensureMemcached({
    "apt-get": "echo no route to host; exit 100",
    sudo,
  });

  expect(stdout).toContain("all there: false");
  expect(stderr).toContain("no route to host");
  expect(stderr).toContain("sudo apt-get update && sudo apt-get install memcached");
});

test("without apt-get, what is missing is told", () => {
  const { stdout, stderr } = ensureMemcached({});

  expect(stdout).toBe("all there: false\n");
  expect(stderr).toMatch(/memcached must be installed on this machine first.*package manager/);
});

const withoutLibrary = `test -e \${0%/*}/library && exit 0
echo "error while loading shared libraries: libatomic.so.1: cannot open" >&2; exit 127`;

test("a library that the workspace's Node lacks is installed", () => {
  const aptGet = `case "$*" in *" install "*libatomic1) touch \${0%/*}/library;; *) exit 1;; esac`;
  const { stdout, stderr } = ensureNodeRuns({ node: withoutLibrary, "apt-get": aptGet, sudo });

  expect(stdout).toBe("Installing libatomic1 (apt-get install libatomic1) …\nall there: true\n");
  expect(stderr).toBe("");
});

test("a library that cannot be installed is told with the command to run", () => {
  const { stdout, stderr } = ensureNodeRuns({ node: withoutLibrary });

  expect(stdout).toBe("all there: false\n");
  expect(stderr).toContain("libatomic1 must be installed on this machine first");
});

test("a Node that does not run for another reason is told with that reason", () => {
  const { stdout, stderr } = ensureNodeRuns({ node: "echo wrong architecture >&2; exit 126" });

  expect(stdout).toBe("all there: false\n");
  expect(stderr).toContain("wrong architecture");
});
