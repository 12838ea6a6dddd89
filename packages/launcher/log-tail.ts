import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Child } from "./child.ts";

const tailBytesMax = 16 * 1024;
const lineLengthMax = 300;

/** Frames of a stack, and what Node puts around one: they do not say what went wrong. */
const saysLittle = /^\s*(at |[{}[\]^]*,?$|Node\.js v|requireStack: )/;

/** The last telling lines that a server's present (or last) process wrote; none if it wrote nothing. */
export function lastLines({ logPath, logStart }: Child, count: number): readonly string[] {
  const file = openSync(logPath, "r");
  try {
    const { size } = fstatSync(file);
    const from = Math.max(Math.min(logStart, size), size - tailBytesMax);
    const bytes = Buffer.alloc(size - from);
    readSync(file, bytes, 0, bytes.length, from);
    const lines = bytes
      .toString("utf8")
      .split("\n")
      .filter((line) => !saysLittle.test(line));
    return lines.slice(-count).map((line) => line.slice(0, lineLengthMax));
  } finally {
    closeSync(file);
  }
}
