import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Typed } from "../driver.ts";
import { factsFor, type Setting } from "../facts-for.ts";
import { type Fault, isFlagged } from "../fault.ts";
import { placesOf } from "../places.ts";
import type { Topology } from "../topology.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const commandDeadlineMs = 120_000;

export interface HandSettings {
  readonly dataDirectory: string;
  /** How it is typed in this way of running. */
  readonly typed: Typed;
  readonly values: Setting;
  readonly topology: Topology;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The shell commands among a fault's steps of mitigation, for this application. */
export async function commandsOf(
  fault: Fault,
  { typed, values, topology }: Pick<HandSettings, "typed" | "values" | "topology">,
): Promise<readonly string[]> {
  const commands = factsFor(fault, values, topology).mitigation.flatMap(
    (step) => step.split("$ ")[1] ?? [],
  );
  return Promise.all(commands.map((command) => typedHere(command, typed)));
}

/** The catalogue says it as it is typed on a developer's machine. */
async function typedHere(command: string, typed: Typed): Promise<string> {
  const [, verb = "", servers = ""] =
    /^npm run server -- --app \S+ (\S+) (.+)$/.exec(command) ?? [];
  if (verb) return typed.server(verb, servers.split(" "));
  const [, server = "", rest = ""] = /^mongosh --port \{([\w-]+):port\} (.+)$/s.exec(command) ?? [];
  return server ? `${await typed.mongosh(server)} ${rest}` : command;
}

/**
 * Does what an operator would do who has understood: types the commands, or edits the flag document. Answers what
 * was done; nothing if the fault names nothing that can be done by a machine.
 */
export async function mitigateByHand(
  fault: Fault,
  settings: HandSettings,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const commands = await commandsOf(fault, settings);
  const path = `${join(root, "node_modules/.bin")}${delimiter}${settings.environment.PATH ?? ""}`;
  const options = {
    cwd: root,
    env: { ...settings.environment, PATH: path },
    timeout: commandDeadlineMs,
    signal,
  };
  for (const command of commands) await run("/bin/sh", ["-c", command], options);
  if (commands.length > 0 || !isFlagged(fault)) return commands;
  const { flags } = placesOf(settings.dataDirectory);
  writeFileSync(flags, withoutVariant(readFileSync(flags, "utf8"), fault.name));
  return [`set "defaultVariant" of ${fault.name} to "off" in ${flags}`];
}

function withoutVariant(text: string, flag: string): string {
  const document = JSON.parse(text);
  delete document.flags[flag].targeting;
  document.flags[flag].defaultVariant = "off";
  return JSON.stringify(document);
}
