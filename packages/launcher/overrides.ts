import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Child } from "./child.ts";
import { tlsAnswers } from "./ready/tls.ts";
import { RequestError } from "./request-error.ts";
import type { Listening } from "./server-plan.ts";

/** What is different about a server from a start on, until a start without overrides. */
export interface Overrides {
  /** The program of another service (`geo`), or another build of one (`geo/builds/app3`). */
  readonly program?: string;
  /** Variables set beside the planned ones; null takes one away. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Arguments added behind the planned ones; a planned option of the same name is left out. */
  readonly args?: readonly string[];
  /** Listens there instead of on its planned port. */
  readonly port?: number;
}

/** How a server is started with overrides. `port` is where it listens unless they say otherwise. */
export function setupOf(
  child: Child,
  { program, env = {}, args = [], port: own }: Overrides,
  { port, children }: { port: number; children: ReadonlyMap<string, Child> },
): Listening {
  const setup = program
    ? withProgram(child, program, own ?? port, children)
    : child.plan.at(own ?? port);
  const { command } = setup;
  const changed = { ...command.env, ...env };
  return {
    ...setup,
    ...(args.includes("requireTLS") ? { ready: tlsAnswers(setup.port) } : {}),
    command: {
      ...command,
      args: [...withoutOptions(command.args, args), ...args],
      env: Object.fromEntries(Object.entries(changed).filter(isSet)),
    },
  };
}

/** Without the options, and their values, that others stand for: a server may refuse to be told twice. */
function withoutOptions(planned: readonly string[], others: readonly string[]): readonly string[] {
  const replaced = (word: string | undefined) =>
    word?.startsWith("--") === true && others.includes(word);
  const isValue = (word: string) => !word.startsWith("-");
  return planned.filter(
    (word, index) => !replaced(word) && !(isValue(word) && replaced(planned[index - 1])),
  );
}

function isSet(entry: [string, string | null]): entry is [string, string] {
  return entry[1] !== null;
}

function withProgram(
  child: Child,
  program: string,
  port: number,
  children: ReadonlyMap<string, Child>,
): Listening {
  const [service = "", ...build] = program.split("/");
  const other = children.get(service);
  if (!other || other.plan.metricsPort === undefined) {
    throw new RequestError(400, `there is no service ${service} whose program could be run`);
  }
  // What the other one is told of its own stores and callees stays; its metrics are where this one's are.
  const setup = other.plan.at(port);
  const { args, env } = setup.command;
  const metrics = { METRICS_PORT: `${child.plan.metricsPort ?? 0}` };
  const entry = entryOf(args.at(-1) ?? "", build.join("/"));
  return {
    ...setup,
    command: {
      ...setup.command,
      args: [...args.slice(0, -1), entry],
      env: { ...env, ...metrics },
    },
  };
}

/** `services/hotel/geo/main.ts`, or the same file of one of the builds beside it. */
function entryOf(main: string, build: string): string {
  if (build === "") return main;
  const entry = join(dirname(main), build, "main.ts");
  if (/^builds\/[a-z0-9.-]+$/.test(build) && existsSync(entry)) return entry;
  throw new RequestError(400, `there is no build ${build}`);
}
