import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Memento } from "./fault.ts";

/** A fault that was injected and has not been recovered. */
export interface Injection {
  readonly fault: string;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly atMs: number;
  /** When it is to be recovered by itself. */
  readonly untilMs?: number;
  /** Half done: whoever did it was interrupted, or is still at it. */
  readonly unfinished?: true;
  readonly memento?: Memento;
}

/** The injections of one application, in a file that outlives whoever makes them. */
export interface Injections {
  all(): readonly Injection[];
  put(injection: Injection): void;
  remove(fault: string): void;
}

export function openInjections(path: string): Injections {
  const read = (): readonly Injection[] => {
    try {
      return JSON.parse(readFileSync(path, "utf8")).injections;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw new Error(`${path} is damaged; what is injected must be recovered by hand`, {
        cause: error,
      });
    }
  };
  const write = (injections: readonly Injection[]) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.next`, `${JSON.stringify({ injections }, undefined, 2)}\n`, {
      mode: 0o600,
    });
    renameSync(`${path}.next`, path);
  };
  const others = (fault: string) => read().filter((injection) => injection.fault !== fault);
  return {
    all: read,
    put: (injection) => write([...others(injection.fault), injection]),
    remove: (fault) => write(others(fault)),
  };
}
