import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** One line of the ground truth: something was done to the application, by somebody, at that moment. */
export interface JournalEntry {
  readonly atMs: number;
  readonly action: "inject" | "recover" | "inject failed" | "recover failed";
  readonly fault: string;
  readonly app: string;
  readonly way: string;
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Who asked: `cli`, `http`, `start`, `timer`, or what the caller says of itself. */
  readonly by: string;
  /** Why it failed. */
  readonly reason?: string;
}

/** Appends to a file of JSON lines, each written at once and whole. */
export interface Journal {
  append(entry: JournalEntry): void;
}

export function openJournal(path: string): Journal {
  return {
    append(entry) {
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    },
  };
}
