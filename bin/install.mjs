import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { ensureRuns } from "./programs.mjs";
import { inWorkspace } from "./run.mjs";

const stampFile = inWorkspace("node_modules/.faultline-install");
const keptLinesMax = 200;

/** Brings `node_modules` up to date with the lock file; does nothing if it is. False if that failed. */
export async function installPackages() {
  const stamp = installationStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return true;

  const pnpm = JSON.parse(readFileSync(inWorkspace("package.json"), "utf8")).packageManager;
  console.log(`Installing packages (${pnpm} install --frozen-lockfile) …`);
  const { code, lines } = await runPnpm(pnpm);
  if (code === 0 && !existsSync(inWorkspace("node_modules/.bin/node"))) {
    console.error(
      `There is no Node 26 for ${process.platform} ${process.arch} among the packages.`,
    );
    return false;
  }
  if (code === 0) {
    if (!(await ensureRuns(inWorkspace("node_modules/.bin/node")))) return false;
    mkdirSync(inWorkspace("node_modules"), { recursive: true });
    writeFileSync(stampFile, stamp);
    return true;
  }
  console.error(lines.join("\n"));
  console.error(
    `\nThe packages could not be installed (exit code ${code}); the lines above say why.`,
  );
  console.error(
    lines.some((line) => line.includes("OUTDATED_LOCKFILE"))
      ? `pnpm-lock.yaml does not fit the package.json files: run npx ${pnpm} install and commit it.`
      : "Is the npm registry reachable from here (npm ping)? Then run the command again.",
  );
  return false;
}

/** What an installation depends on: the locked versions, who asks for them, and the platform. */
function installationStamp() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests()]) {
    hash.update(`${file}\n`).update(readFileSync(inWorkspace(file)));
  }
  return hash.digest("hex");
}

/** Every `package.json` of the workspace: at its root, and at most two folders below. */
function manifests() {
  const folders = ["", ...subfolders("")];
  for (const folder of subfolders("")) folders.push(...subfolders(folder));
  return folders
    .map((folder) => `${folder}package.json`)
    .filter((file) => existsSync(inWorkspace(file)))
    .sort();
}

function subfolders(folder) {
  return readdirSync(inWorkspace(folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$)/.test(entry.name))
    .map((entry) => `${folder}${entry.name}/`);
}

/**
 * Shows how far pnpm is and keeps the rest of what it says for the case that it fails. The workspace already
 * names one exact version of pnpm, so pnpm need not manage its own.
 */
async function runPnpm(pnpm) {
  const child = spawn("npx", ["--yes", pnpm, "install", "--frozen-lockfile"], {
    cwd: inWorkspace("."),
    env: { ...process.env, CI: "true", pnpm_config_pm_on_fail: "ignore" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = [];
  const showing = { startMs: Date.now(), shownMs: Date.now() };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      lines.push(...text.split(/\r?\n|\r/).filter((line) => line.trim() !== ""));
      lines.splice(0, lines.length - keptLinesMax);
      showProgress(lines, showing);
    });
  }
  const code = await new Promise((resolve) => {
    child.once("close", (exitCode, signal) => resolve(exitCode ?? signal));
    child.once("error", (error) => resolve(error.message));
  });
  return { code, lines };
}

/** At most one line a second, so that it reads well in a terminal and in a CI log. */
function showProgress(lines, showing) {
  const progress = lines.findLast((line) => line.startsWith("Progress: "));
  if (progress === undefined || Date.now() - showing.shownMs < 1_000) return;
  showing.shownMs = Date.now();
  console.log(`  ${progress.slice("Progress: ".length)}`);
}
