import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderedFiles } from "./rendered-files.ts";

// `npm run render` writes what containers are started from; with --check it says what is out of date instead.
const root = join(import.meta.dirname, "..");
const stale = [...renderedFiles()].filter(([path, { text }]) => textAt(path) !== text);

if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    console.error(`Out of date: ${stale.map(([path]) => path).join(", ")}. Run npm run render.`);
    process.exitCode = 1;
  }
} else {
  for (const [path, { text, executable }] of stale) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, executable ? 0o755 : 0o644);
    console.log(`rendered ${path}`);
  }
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
