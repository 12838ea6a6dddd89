import type { Writable } from "node:stream";

/** What the person at the terminal sees. */
export interface Screen {
  /** A line that stays. */
  say(line: string): void;
  /** The one line that changes while something goes on; the next call of any kind replaces it. */
  progress(line: string): void;
}

const clearLine = "\r\u001b[K";
const columnsDefault = 80;

/**
 * Writes to a terminal, or line by line to a pipe or file. There, progress is left out: what has been reached is
 * said anyway.
 */
export function createScreen(out: Writable & { isTTY?: boolean; columns?: number }): Screen {
  let unfinished = false;
  const write = (text: string) => {
    out.write(unfinished ? clearLine + text : text);
    unfinished = false;
  };
  return {
    say: (line) => write(`${line}\n`),
    progress(line) {
      if (!out.isTTY) return;
      write(line.slice(0, (out.columns || columnsDefault) - 1));
      unfinished = true;
    },
  };
}
