import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** What the linter says of a file with these imports, were it at that place in the repository. */
function lint(file: string, ...from: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "import-rules-"));
  folders.push(folder);
  cpSync(join(root, "biome.json"), join(folder, "biome.json"));
  mkdirSync(join(folder, dirname(file)), { recursive: true });
  const lines = from.map((module, i) => `export * as used${i} from "${module}";`);
  writeFileSync(join(folder, file), `${lines.join("\n")}\n`);
  const biome = join(root, "node_modules/.bin/biome");
  const { stdout, stderr } = spawnSync(biome, ["lint", "--vcs-enabled=false", "."], {
    cwd: folder,
    encoding: "utf8",
  });
  return stdout + stderr;
}

test.each([
  ["services/hotel/search/search.ts", "../geo/geo.ts", "A service never imports another service"],
  ["services/hotel/search/search.ts", "mongodb", "A handler never imports a driver"],
  [
    "services/hotel/search/search.ts",
    "@faultline/service/serve",
    "A handler or seed knows contracts",
  ],
  [
    "services/hotel/search/search.ts",
    "@faultline/telemetry/x",
    "A handler or seed knows contracts",
  ],
  ["services/hotel/search/main.ts", "@faultline/stores/mongo", "main.ts knows the handler"],
  ["services/hotel/topology.ts", "./geo/geo.ts", "it imports no service"],
  ["services/hotel/topology.ts", "@faultline/service/serve", "contracts and defineApp"],
  ["packages/rpc/memory.ts", "@faultline/stores/mongo", "rpc knows telemetry, and no other room"],
  [
    "packages/stores/cached.ts",
    "@faultline/rpc/grpc/server",
    "stores know telemetry, what a call is and how a socket is read",
  ],
  ["faults/geo-flaky.ts", "@faultline/hotel/geo/geo", "A fault never imports a service"],
  ["faults/geo-flaky.ts", "@faultline/service/define-app", "A fault never imports a service"],
  ["packages/mongod/server.ts", "@faultline/config", "imports nothing of ours"],
  ["packages/service/serve.ts", "@grpc/grpc-js", "opens parts through rpc and stores"],
  ["packages/launcher/launch.ts", "@faultline/hotel/geo/geo", "reads topologies, never a service"],
])("%s may not import %s", (file, from, sentence) => {
  expect(lint(file, from).replace(/\s+/g, " ")).toContain(sentence);
});

test.each([
  [
    "services/hotel/search/search.ts",
    "@faultline/proto/hotel",
    "@faultline/stores/mongo",
    "@faultline/rpc/errors",
  ],
  ["services/hotel/search/main.ts", "../topology.ts", "./search.ts", "@faultline/service/serve"],
  [
    "packages/launcher/launch.ts",
    "@faultline/hotel/topology",
    "@faultline/config",
    "@faultline/service/define-app",
  ],
])("%s may import what its row of the style guide says", (file, ...from) => {
  const said = lint(file, ...from);
  expect(said).toContain("Checked");
  expect(said).not.toContain("noRestrictedImports");
});
