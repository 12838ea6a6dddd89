import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { openDataDirectory } from "./data-directory.ts";
import { Launch } from "./launch.ts";
import { lookAround } from "./machine.ts";
import { httpAnswers } from "./ready/http.ts";
import type { Screen } from "./screen.ts";
import type { ServerPlan } from "./server-plan.ts";
import { createTether } from "./tether.ts";

export const machine = lookAround({ PATH: process.env.PATH }, undefined);

const folders: string[] = [];
const launches: Launch[] = [];

afterEach(async () => {
  await Promise.all(launches.splice(0).map((launch) => launch.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A directory that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "launcher-"));
  folders.push(folder);
  return folder;
}

/** A port of the loopback interface that nobody uses at the moment. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** A plan for the small front door of `fixtures/`, in one of its moods. */
export async function fixture(
  name: string,
  {
    mood = "good",
    uses = [],
    port,
  }: { mood?: string; uses?: readonly string[]; port?: number } = {},
): Promise<ServerPlan> {
  const ownPort = port ?? (await freePort());
  return {
    name,
    kind: "front door",
    command: {
      program: process.execPath,
      args: [join(import.meta.dirname, "fixtures/service.ts")],
      env: { PORT: `${ownPort}`, MOOD: mood },
    },
    port: ownPort,
    url: `http://127.0.0.1:${ownPort}`,
    ready: httpAnswers(ownPort),
    startAfter: uses,
    uses,
  };
}

/** Keeps what a person would see. */
export function recordingScreen(): Screen & { readonly lines: string[]; text(): string } {
  const lines: string[] = [];
  return {
    lines,
    text: () => lines.join("\n"),
    say: (line) => lines.push(line),
    progress: () => {},
  };
}

/** Starts servers with everything that the launcher does around them; stopped after the test. */
export async function startAll(servers: readonly ServerPlan[], path = temporaryFolder()) {
  const screen = recordingScreen();
  const dataDirectory = await openDataDirectory({ path, app: "hotel", version: "0", fresh: false });
  const tether = createTether(machine);
  const launch = new Launch({ servers, dataDirectory, screen, verbose: false, tether });
  launches.push(launch);
  await launch.ready;
  return { launch, screen, path };
}

/** The child of that name. */
export function childOf(launch: Launch, name: string) {
  const child = launch.children.get(name);
  if (!child) throw new Error(`no ${name}`);
  return child;
}
