import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { DriverError } from "../driver.ts";

const execute = promisify(execFile);
const outputMaxBytes = 16 * 1_048_576;

export interface CommandSettings {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Runs a program and gives what it printed on its standard output. Rejects with a `DriverError` that quotes its complaint. */
export async function runCommand(
  [program = "", ...args]: readonly string[],
  { directory, environment }: CommandSettings,
  signal: AbortSignal,
): Promise<string> {
  const options = {
    ...{ cwd: directory, env: { ...environment }, signal, maxBuffer: outputMaxBytes },
    encoding: "utf8" as const,
  };
  try {
    const { stdout } = await execute(program, args, options);
    return stdout;
  } catch (cause) {
    signal.throwIfAborted();
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : "";
    const message = said || (cause instanceof Error ? cause.message : String(cause));
    throw new DriverError(`${[program, ...args].join(" ")}: ${message.slice(-1_000)}`, { cause });
  }
}
