import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import type { Child } from "./child.ts";

const tailBytesMax = 16 * 1024;
const logTailBytesMax = 4 * 1_048_576;
const lineLengthMax = 300;

/** Frames of a stack, and what Node puts around one: they do not say what went wrong. */
const saysLittle = /^\s*(at |[{}[\]^]*,?$|Node\.js v|requireStack: )/;

/** The last telling lines that a server's present (or last) process wrote; none if it wrote nothing. */
export function lastLines({ logPath, logStart }: Child, count: number): readonly string[] {
  const lines = linesAtEnd(logPath, tailBytesMax, logStart).filter(
    (line) => !saysLittle.test(line),
  );
  return lines.slice(-count).map((line) => line.slice(0, lineLengthMax));
}

/** The last whole lines of a log, whichever process wrote them; none if there is no log yet. */
export function logTail(logPath: string, count: number): readonly string[] {
  if (!existsSync(logPath)) return [];
  const lines = linesAtEnd(logPath, logTailBytesMax, 0);
  if (lines.at(-1) === "") lines.pop();
  return lines.slice(-count);
}

/** From a place in the file on, or from less than the limit before its end. */
function linesAtEnd(path: string, bytesMax: number, start: number): string[] {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const from = Math.max(Math.min(start, size), size - bytesMax);
    const bytes = Buffer.alloc(size - from);
    readSync(file, bytes, 0, bytes.length, from);
    return bytes.toString("utf8").split("\n");
  } finally {
    closeSync(file);
  }
}
