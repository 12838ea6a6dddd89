import { inspect } from "node:util";
import { createContext, runInContext } from "node:vm";
import type { BlockingServer } from "./blocking-server.ts";
import { databaseOf } from "./database.ts";

export interface Shell {
  readonly server: BlockingServer;
  /** The database that `db` is at first. */
  readonly database: string;
  show(line: string): void;
}

/** Ends the scripts with an exit code. */
class Quit {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/**
 * Runs scripts one after another in one context with what administrators use of the shell: `db`, `use`, `print`,
 * `printjson`, `quit`. Shows the value of each, and returns the exit code. Throws what a script throws.
 */
export function runScripts(scripts: readonly string[], shell: Shell): number {
  const text = (value: unknown) =>
    typeof value === "string" ? value : inspect(value, { depth: 8 });
  const print = (...values: unknown[]) => shell.show(values.map(text).join(" "));
  const context = createContext({
    db: databaseOf(shell.server, shell.database),
    print,
    printjson: print,
    console: { log: print },
    process: { env: { ...process.env } },
    quit: (code = 0) => {
      throw new Quit(code);
    },
    use: (name: string) => {
      context.db = databaseOf(shell.server, name);
    },
  });
  context.exit = context.quit;
  try {
    for (const script of scripts) {
      const value: unknown = runInContext(withoutShorthand(script), context);
      if (value !== undefined) print(value);
    }
    return 0;
  } catch (error) {
    if (error instanceof Quit) return error.code;
    throw error;
  }
}

/** `use geo-db` on a line of its own is the shell's, and no JavaScript. */
function withoutShorthand(script: string): string {
  return script.replace(/^\s*use\s+([\w-]+);?\s*$/gm, (_, name) => `use(${JSON.stringify(name)});`);
}
