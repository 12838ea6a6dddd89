import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchOptions, Variant } from "./options.ts";

/** A process of the application. */
export interface StackProcess {
  readonly name: string;
  /** `service`: ours, and counted. `store`: a database or a cache. `launcher`: what holds them together. */
  readonly kind: "service" | "store" | "launcher";
  readonly pid: number;
  readonly url: string;
}

/** A whole application that has just been started, on ports and in a directory of its own. */
export interface Stack {
  /** The front door. */
  readonly url: string;
  /** From the start of `npm start`'s program until every server has said that it is ready. */
  readonly readyAfterMs: number;
  readonly processes: readonly StackProcess[];
  /** Starts servers anew, and answers the stack with the processes that it has then. */
  restarted(names: readonly string[]): Promise<Stack>;
  close(): Promise<void>;
}

const readyDeadlineMs = 120_000;
const root = join(import.meta.dirname, "..");

/** Starts the application as `npm start` does, with fresh databases. The caller closes it. */
export async function startStack(options: BenchOptions, variant: Variant): Promise<Stack> {
  const directory = mkdtempSync(join(tmpdir(), "faultline-bench-"));
  const startMs = performance.now();
  const launcher = spawn(process.execPath, await commandLine(options, variant, directory), {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const close = () => stop(launcher, directory);
  try {
    await untilReady(launcher);
    const readyAfterMs = performance.now() - startMs;
    const look = async (): Promise<Stack> => {
      return { readyAfterMs, close, restarted, ...(await lookAround(launcher, directory)) };
    };
    const restarted = async (names: readonly string[]) => {
      for (const name of names) await restart(name, directory);
      return look();
    };
    return await look();
  } catch (error) {
    await close();
    throw error;
  }
}

async function commandLine(
  { app, replicas }: BenchOptions,
  variant: Variant,
  directory: string,
): Promise<string[]> {
  return [
    join(root, "bin/faultline.mjs"),
    ...["start", app, "--data-dir", directory, "--fresh", "--port-base", `${await freePortBase()}`],
    ...(variant === "all-in-one" ? ["--all-in-one"] : []),
    ...replicas.flatMap((replica) => ["--replicas", replica]),
  ];
}

// Below the ports that the system gives to outgoing connections, those for metrics included.
const portBases = { from: 11_000, to: 22_000, step: 1_000 } as const;

/** A base at which no application runs yet, as far as some of its ports tell. */
async function freePortBase(): Promise<number> {
  for (let base = portBases.from; base <= portBases.to; base += portBases.step) {
    if (await areFree([base, base + 999, base + 1_212, base + 2_018, base + 10_000])) return base;
  }
  throw new Error("there are no free ports");
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  const free = await Promise.all(ports.map(isFree));
  return free.every(Boolean);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** Waits for the launcher to say so; rejects with its last words if it ends before. */
function untilReady(launcher: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error("it did not become ready")), readyDeadlineMs);
    const listen = (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-4_000);
      if (said.includes(" is ready after ")) settle(resolve);
    };
    const onExit = () => settle(() => reject(new Error(`the launcher has ended:\n${said}`)));
    const settle = (end: () => void) => {
      clearTimeout(timer);
      launcher.off("exit", onExit);
      end();
    };
    launcher.stdout?.on("data", listen);
    launcher.stderr?.on("data", listen);
    launcher.once("exit", onExit);
  });
}

interface Server {
  readonly name: string;
  readonly kind: string;
  readonly url: string;
  readonly pid: number;
  readonly available: 0 | 1;
}

async function lookAround(launcher: ChildProcess, directory: string) {
  const { url, pid } = controlOf(directory);
  const servers = await serversAt(url);
  const door = servers.find(({ kind }) => kind === "front door");
  if (!door) throw new Error("there is no front door");
  const processes: StackProcess[] = servers.map(({ name, kind, pid, url }) => {
    const isService = kind === "service" || kind === "front door";
    return { name, pid, url, kind: isService ? "service" : "store" };
  });
  processes.push({ name: "npm start", kind: "launcher", pid: launcher.pid ?? 0, url });
  processes.push({ name: "launcher", kind: "launcher", pid, url });
  return { url: door.url, processes };
}

/** Answers once all servers are ready again. */
async function restart(name: string, directory: string): Promise<void> {
  const { url } = controlOf(directory);
  const token = readFileSync(join(directory, "control-token"), "utf8").trim();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const request = { method: "POST", headers, body: "{}" };
  const response = await fetch(`${url}/api/servers/${name}/restart`, request);
  if (!response.ok) throw new Error(`${name} was not started anew: ${await response.text()}`);
  const deadlineMs = performance.now() + readyDeadlineMs;
  while ((await serversAt(url)).some(({ available }) => available === 0)) {
    if (performance.now() > deadlineMs) throw new Error(`${name} did not become ready again`);
    await sleep(50);
  }
}

function controlOf(directory: string): { readonly url: string; readonly pid: number } {
  return JSON.parse(readFileSync(join(directory, "control.json"), "utf8"));
}

async function serversAt(controlUrl: string): Promise<readonly Server[]> {
  const response = await fetch(`${controlUrl}/api/status`);
  const { servers }: { servers: readonly Server[] } = JSON.parse(await response.text());
  return servers;
}

async function stop(launcher: ChildProcess, directory: string): Promise<void> {
  if (launcher.exitCode === null && launcher.signalCode === null) {
    const exited = once(launcher, "exit");
    launcher.kill("SIGTERM");
    await exited;
  }
  rmSync(directory, { recursive: true, force: true });
}
