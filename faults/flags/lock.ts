import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const patienceDefaultMs = 10_000;
const retryMs = 25;

/**
 * Does the work while nobody else does work under the same lock file. A lock whose holder has died is taken over.
 * Throws if the holder lives and does not end in time.
 */
export async function withLock<Result>(
  path: string,
  work: () => Promise<Result>,
  patienceMs = patienceDefaultMs,
): Promise<Result> {
  await acquire(path, patienceMs);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

async function acquire(path: string, patienceMs: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const lateAtMs = Date.now() + patienceMs;
  for (;;) {
    try {
      writeFileSync(path, `${process.pid}`, { flag: "wx" });
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    if (holderIsDead(path)) rmSync(path, { force: true });
    else if (Date.now() > lateAtMs) throw new Error(`${path} is held by another process`);
    else await sleep(retryMs);
  }
}

function holderIsDead(path: string): boolean {
  const pid = Number(readOrEmpty(path));
  // An empty file is one whose holder is just writing its number.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It was released in this moment.
    return "";
  }
}
