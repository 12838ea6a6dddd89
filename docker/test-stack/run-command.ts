import { spawn } from "node:child_process";

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const keptCharacters = 20_000;

/** Runs a program and resolves with what it printed. Rejects with that if it fails, or when `signal` aborts. */
export function runCommand(
  words: readonly string[],
  { cwd, env, signal }: RunOptions,
): Promise<string> {
  const [program = "", ...args] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, signal, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed = (printed + text).slice(-keptCharacters);
      });
    }
    child.once("error", (cause) =>
      reject(new Error(`${words.join(" ")}: ${cause.message}`, { cause })),
    );
    child.once("close", (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${words.join(" ")} ended with ${code}\n${printed}`));
    });
  });
}
