import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { isFree } from "./ports.ts";
import { identify, isStillRunning } from "./process-identity.ts";
import { endLeftovers, recordProcess } from "./process-record.ts";
import { untilReady } from "./ready/check.ts";
import { freePort, temporaryFolder } from "./test-launch.ts";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** A launcher in a process of its own, with one server; resolves with that one's pid when it is ready. */
async function launcherOfOne(mood?: string) {
  const port = await freePort();
  const path = temporaryFolder();
  const file = join(import.meta.dirname, "fixtures/launch.ts");
  const launcher = spawn(process.execPath, [file, path, `${port}`, ...(mood ? [mood] : [])], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  started.push(launcher);
  const pid = await new Promise<number>((resolve) => {
    createInterface({ input: launcher.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      if (line.startsWith("pid ")) resolve(Number(line.slice(4)));
    });
  });
  return { launcher, pid, port, path };
}

function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  return untilReady(async () => {
    if (!(await isSo())) throw new Error("not yet");
  }, AbortSignal.timeout(10_000));
}

test("no server outlives a launcher that was killed with kill -9", async () => {
  const { launcher, pid, port } = await launcherOfOne();

  launcher.kill("SIGKILL");

  await until(() => identify(pid) === undefined);
  await until(() => isFree(port));
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s ends the launcher and its servers with exit code 0",
  async (signal) => {
    const { launcher, pid } = await launcherOfOne();

    launcher.kill(signal);

    expect(await once(launcher, "exit")).toEqual([0, null]);
    expect(identify(pid)).toBeUndefined();
  },
);

test("a second Ctrl-C does not wait for a server that takes its time", async () => {
  const { launcher, pid } = await launcherOfOne("stubborn");
  const output = launcher.stdout ?? launcher;

  launcher.kill("SIGINT");
  await once(output, "data");
  const ended = once(launcher, "exit");
  // npm and the terminal may both send the signal of one press, so what comes at once does not count.
  launcher.kill("SIGINT");
  await sleep(600);
  expect(launcher.exitCode).toBeNull();
  launcher.kill("SIGINT");

  expect(await ended).toEqual([0, null]);
  expect(identify(pid)).toBeUndefined();
});

test("the launcher ends with its servers when the process that started it is gone", async () => {
  const { launcher, pid } = await launcherOfOne();

  launcher.disconnect();

  expect(await once(launcher, "exit")).toEqual([0, null]);
  expect(identify(pid)).toBeUndefined();
});

test("what a killed launcher left running is ended by the next start", async () => {
  const path = temporaryFolder();
  const leftover = spawn("sleep", ["4321"]);
  started.push(leftover);
  const identity = identify(leftover.pid ?? 0);
  if (!identity) throw new Error("no sleep");
  recordProcess(path, { ...identity, name: "memcached-rate", argument: "4321" });
  const exited = once(leftover, "exit");

  const names = await endLeftovers(path);

  expect(names).toEqual(["memcached-rate"]);
  expect(await exited).toEqual([null, "SIGKILL"]);
});

test("a process that has the recorded pid but is another one is left alone", async () => {
  const path = temporaryFolder();
  const stranger = spawn("sleep", ["4321"]);
  started.push(stranger);
  const identity = identify(stranger.pid ?? 0);
  if (!identity) throw new Error("no sleep");
  const name = "memcached-rate";
  for (const other of [{ startTicks: "1" }, { bootId: "another" }, { argument: "11212" }]) {
    recordProcess(path, { ...identity, name, argument: "4321", ...other });
  }

  expect(await endLeftovers(path)).toEqual([]);
  expect(isStillRunning(identity)).toBe(true);
});
