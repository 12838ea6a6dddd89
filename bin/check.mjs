import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inWorkspace, run } from "./run.mjs";

/** What must hold of every commit besides its tests, in the order in which it is looked at. */
const steps = [
  { says: "lint, format and import rules (biome ci)", holds: () => succeeds("biome", ["ci", "."]) },
  { says: "types (tsc)", holds: () => succeeds("tsc", ["--project", "."]) },
  {
    says: "the catalogue of faults is what the faults say (faults/generate)",
    holds: () => succeeds("node", ["faults/generate.ts", "--check"]),
  },
  {
    says: "generated code is what the contracts give (proto/gen)",
    holds: () => generatedIsCurrent("proto"),
  },
  {
    says: "generated code is what the contract gives (thrift/gen)",
    holds: () => generatedIsCurrent("thrift"),
  },
  {
    says: "compose.yaml and its scripts are what the topologies give (docker/render.ts)",
    holds: () => succeeds("node", ["docker/render.ts", "--check"]),
  },
];

/** Takes every step, says how each went, and returns the exit code. */
export async function check() {
  const broken = [];
  for (const { says, holds } of steps) {
    console.log(`\n── ${says}`);
    if (!(await holds())) broken.push(says);
  }
  console.log(broken.length === 0 ? "\nEverything holds." : `\nBroken:\n  ${broken.join("\n  ")}`);
  return broken.length === 0 ? 0 : 1;
}

async function succeeds(program, args) {
  return (await run(program, args)) === 0;
}

/** Generates anew and compares, whatever git thinks of the tree; what was there before is put back. */
async function generatedIsCurrent(room) {
  const folder = inWorkspace(`${room}/gen`);
  const before = contents(folder);
  if (!(await succeeds("node", [`${room}/gen.ts`]))) return false;
  const after = contents(folder);
  const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
    (file) => before.get(file)?.equals(after.get(file) ?? Buffer.of()) !== true,
  );
  if (differing.length === 0) return true;
  for (const [file, bytes] of before) writeFileSync(join(folder, file), bytes);
  console.error(`Out of date: ${differing.join(", ")}. Run npm run gen and commit the result.`);
  return false;
}

function contents(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const file = join(entry.parentPath ?? entry.path, entry.name);
      return [file.slice(folder.length + 1), readFileSync(file)];
    }),
  );
}
