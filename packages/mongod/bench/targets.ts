import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { startServer } from "../durability/server-process.ts";

/** A server to be measured, in a process of its own. */
export type Target = {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
};

/** The floor, our server, and a real mongod or FerretDB for each that is on the path. */
export async function startTargets(path: string): Promise<Target[]> {
  const targets = [await startFloor(), await startOurs()];
  for (const [name, flagsFor] of Object.entries(others)) {
    const program = findProgram(name, path);
    if (program !== undefined) targets.push(await startOther(name, program, flagsFor));
  }
  return targets;
}

/** Resident memory of a process in MiB. */
export function residentMb(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", `${pid}`], { encoding: "utf8" })) / 1_024;
}

async function startFloor(): Promise<Target> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "floor.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(createInterface({ input: child.stdout }), "line");
  return target("floor", child, port);
}

async function startOurs(): Promise<Target> {
  const dbpath = await mkdtemp(join(tmpdir(), "mongod-bench-"));
  const server = await startServer(dbpath);
  const stop = async () => {
    await server.stop();
    await rm(dbpath, { recursive: true });
  };
  return { name: "ours", url: server.url, pid: server.pid, stop };
}

const others: Record<string, (port: number, directory: string) => string[]> = {
  mongod: (port, directory) => ["--port", `${port}`, "--dbpath", directory, "--quiet"],
  ferretdb: (port, directory) => [
    "--handler=sqlite",
    `--sqlite-url=file:${directory}/`,
    `--listen-addr=127.0.0.1:${port}`,
    `--state-dir=${directory}`,
    "--debug-addr=-",
    "--telemetry=disable",
  ],
};

async function startOther(
  name: string,
  program: string,
  flagsFor: (port: number, directory: string) => string[],
): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), `${name}-bench-`));
  const port = await freePort();
  const child = spawn(program, flagsFor(port, directory), { stdio: "ignore" });
  return target(name, child, port, () => rm(directory, { recursive: true }));
}

function target(
  name: string,
  child: ChildProcess,
  port: number,
  afterwards = async () => {},
): Target {
  const exited = once(child, "exit");
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
    await afterwards();
  };
  const url = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  return { name, url, pid: child.pid ?? 0, stop };
}

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
