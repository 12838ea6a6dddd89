import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { openDataDirectory } from "./data-directory.ts";
import { Launch } from "./launch.ts";
import { lookAround } from "./machine.ts";
import type { Screen } from "./screen.ts";
import type { ServerPlan } from "./server-plan.ts";
import { createTether } from "./tether.ts";

export { fixture, freePort } from "./fixtures/server.ts";

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
  // What is true of faults is kept beside a data directory.
  const dataDirectory = join(folder, "data");
  mkdirSync(dataDirectory);
  return dataDirectory;
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
export async function startAll(
  servers: readonly ServerPlan[],
  path = temporaryFolder(),
  verbose = false,
) {
  const screen = recordingScreen();
  const dataDirectory = await openDataDirectory({ path, app: "hotel", version: "0", fresh: false });
  const tether = createTether(machine);
  const launch = new Launch({ servers, dataDirectory, screen, verbose, tether });
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
