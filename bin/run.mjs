import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules", ".bin");

/** An absolute path from one that starts at the root of the workspace. */
export function inWorkspace(path) {
  return join(root, path);
}

/** The environment in which the workspace's own programs come first, and compiled code is kept. */
export function workspaceEnvironment() {
  return {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
    NODE_COMPILE_CACHE:
      process.env.NODE_COMPILE_CACHE ?? inWorkspace("node_modules/.cache/compile"),
  };
}

/**
 * Runs a program of the workspace in the foreground and passes signals and the exit code through. With `tether`
 * the program hears at once (by a closed IPC channel) when this process has died, however it died.
 */
export async function run(program, args, { tether = false } = {}) {
  const child = spawn(join(bin, program), args, {
    cwd: root,
    env: workspaceEnvironment(),
    stdio: tether ? ["inherit", "inherit", "inherit", "ipc"] : "inherit",
  });
  const stopForwarding = forwardSignals(child);
  const { code, signal } = await exitOf(child);
  stopForwarding();
  return code ?? 128 + (constants.signals[signal] ?? 0);
}

function exitOf(child) {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", (error) => {
      console.error(`cannot run ${child.spawnfile}: ${error.message}`);
      resolve({ code: 127, signal: null });
    });
  });
}

/** A terminal sends Ctrl-C to the whole group already; passing it on would make one press count twice. */
function forwardSignals(child) {
  const handlers = new Map();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    const sentByTerminal = signal === "SIGINT" && process.stdin.isTTY;
    handlers.set(signal, () => sentByTerminal || child.kill(signal));
    process.on(signal, handlers.get(signal));
  }
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}
