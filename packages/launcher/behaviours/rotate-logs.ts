import { copyFileSync, existsSync, renameSync, statSync, truncateSync } from "node:fs";
import type { Child } from "../child.ts";
import type { Behaviour } from "./behaviour.ts";

const sizeMaxBytes = 16 * 1024 * 1024;
const lookEveryMs = 5_000;

/**
 * Bounds each server's log: at about 16 MB it becomes `<name>.log.1`, of which there is one. Servers write to the
 * file themselves (which costs the launcher nothing), so it is copied and emptied; lines that are written in
 * between are lost.
 */
export const rotateLogs: Behaviour = ({ children, stopping }) => ({
  beforeStart() {
    for (const child of children.values()) rotateIfLong(child, 0);
    const timer = setInterval(() => {
      for (const child of children.values()) rotateIfLong(child, sizeMaxBytes);
    }, lookEveryMs);
    timer.unref();
    stopping.addEventListener("abort", () => clearInterval(timer), { once: true });
  },
});

/** Exported for its test; a limit of 0 begins a new log. */
export function rotateIfLong(child: Child, limitBytes: number): void {
  const { logPath } = child;
  if (!existsSync(logPath) || statSync(logPath).size <= limitBytes) return;
  if (child.pid === undefined) {
    renameSync(logPath, `${logPath}.1`);
    return;
  }
  copyFileSync(logPath, `${logPath}.1`);
  truncateSync(logPath);
  child.logStart = 0;
}
