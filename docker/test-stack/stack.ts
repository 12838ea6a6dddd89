import { setTimeout as sleep } from "node:timers/promises";
import { type RunOptions, runCommand } from "./run-command.ts";

/** One container as the engine tells of it: its service, and a sentence such as `Up 5 seconds (healthy)`. */
export interface ContainerState {
  readonly service: string;
  readonly status: string;
}

/** A compose project of its own, through whichever Compose this machine has. */
export interface Stack {
  readonly project: string;
  /** Runs a command of Compose on the project. */
  compose(words: readonly string[], withinMs?: number): Promise<string>;
  containers(): Promise<readonly ContainerState[]>;
  /** Resolves when every container says that it is healthy, or has done what it was for. */
  untilHealthy(): Promise<void>;
  /** Resolves when `holds` answers true; asks again after refusals and failures. */
  until(what: string, holds: () => Promise<boolean>, withinMs?: number): Promise<void>;
  /** Containers, volumes and networks of the project that are there, by name. */
  leftovers(): Promise<readonly string[]>;
}

const commandMs = 300_000;
const healthyMs = 300_000;
const pauseMs = 1_000;

/** A stack of compose files; their paths are relative to the directory of the options. */
export async function openStack(
  project: string,
  files: readonly string[],
  options: RunOptions,
): Promise<Stack> {
  const within = (withinMs: number) => ({
    ...options,
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(withinMs)]),
  });
  const docker = (...words: string[]) => runCommand(["docker", ...words], within(commandMs));
  const command = await composeCommand(options);
  const ours = `label=com.docker.compose.project=${project}`;

  const whose = [...files.flatMap((file) => ["--file", file]), "--project-name", project];
  const stack: Stack = {
    project,
    compose: (words, withinMs = commandMs) =>
      runCommand([...command, ...whose, ...words], within(withinMs)),
    async containers() {
      const format = '{{.Label "com.docker.compose.service"}}\t{{.Status}}';
      return lines(await docker("ps", "--all", "--filter", ours, "--format", format)).map(
        (line) => {
          const [service = "", status = ""] = line.split("\t");
          return { service, status };
        },
      );
    },
    untilHealthy: () =>
      stack.until(
        "every container is healthy",
        async () => {
          const sick = (await stack.containers()).filter(
            ({ status }) => !status.includes("(healthy)") && !status.startsWith("Exited (0)"),
          );
          if (sick.length > 0)
            throw new Error(sick.map(({ service, status }) => `${service}: ${status}`).join(", "));
          return true;
        },
        healthyMs,
      ),
    async until(what, holds, withinMs = healthyMs) {
      const { signal } = within(withinMs);
      let reason: unknown = "it does not hold";
      while (!signal.aborted) {
        try {
          if (await holds()) return;
        } catch (error) {
          reason = error;
        }
        await sleep(pauseMs, undefined, { signal }).catch(() => {
          // The loop's condition sees the abort.
        });
      }
      throw new Error(`waited ${withinMs / 1_000} s in vain until ${what}`, { cause: reason });
    },
    leftovers: async () =>
      lines(
        [
          await docker("ps", "--all", "--filter", ours, "--format", "container {{.Names}}"),
          await docker("volume", "ls", "--filter", ours, "--format", "volume {{.Name}}"),
          await docker("network", "ls", "--filter", ours, "--format", "network {{.Name}}"),
        ].join("\n"),
      ),
  };
  return stack;
}

/** Compose is a plug-in of docker, or an older program of its own. */
async function composeCommand(options: RunOptions): Promise<readonly string[]> {
  for (const words of [["docker", "compose"], ["docker-compose"]]) {
    try {
      await runCommand([...words, "version"], options);
      return words;
    } catch {
      // Not here; the other one may be.
    }
  }
  throw new Error("neither docker compose nor docker-compose is installed");
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
