import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ErrandError } from "../application.ts";
import { usageExitCode } from "../runner/conclusion.ts";
import { type Friends, Graph } from "./graph.ts";

/**
 * Reads `name.edges`, a pair of users in each line, and the number of users from `name.nodes` if there is such a file.
 * Either file's name will do, or the name without its end, or a directory that has one such graph. A file `*.mtx` is
 * read as the Matrix Market writes it.
 */
export function readGraph(path: string): Graph {
  if (path.endsWith(".mtx")) return readMatrix(path);
  const stem = stemOf(path);
  const pairs = parsePairs(linesOf(`${stem}.edges`));
  const users = existsSync(`${stem}.nodes`) ? parseNodes(read(`${stem}.nodes`)) : undefined;
  return graphOf(pairs, users);
}

/** Of a square matrix: its size, then its entries, whose places are counted from 1. */
function readMatrix(path: string): Graph {
  const [size, ...entries] = linesOf(path);
  const [, rows, columns] = /^(\d{1,9})\s+(\d{1,9})\s+\d+$/.exec(size?.text ?? "") ?? [];
  if (rows === undefined || rows !== columns) throw unreadable(`${path} is no square matrix`);
  const pairs = parsePairs(entries).map(([a, b]): Friends => [a - 1, b - 1]);
  if (pairs.some((pair) => pair.includes(-1))) throw unreadable("places in a matrix begin at 1");
  return graphOf(pairs, Number(rows));
}

function graphOf(pairs: readonly Friends[], said: number | undefined): Graph {
  const greatest = pairs.reduce((max, [a, b]) => Math.max(max, a, b), 0);
  const users = said ?? greatest + 1;
  if (greatest >= users) throw unreadable(`there are ${users} users, and an edge of ${greatest}`);
  return new Graph(users, pairs);
}

function stemOf(path: string): string {
  const isDirectory = existsSync(path) && statSync(path).isDirectory();
  if (!isDirectory) return path.replace(/\.(edges|nodes)$/, "");
  const [name, another] = readdirSync(path).filter((each) => each.endsWith(".edges"));
  if (!name || another) throw unreadable(`${path} does not have just one file *.edges`);
  return join(path, name.replace(/\.edges$/, ""));
}

interface Line {
  /** Counted from 1. */
  readonly place: number;
  readonly text: string;
}

/** The lines that say something. */
function linesOf(path: string): Line[] {
  return read(path)
    .split("\n")
    .map((text, index) => ({ place: index + 1, text: text.trim() }))
    .filter(({ text }) => !/^([#%].*)?$/.test(text));
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
}

/** What follows two users in a line, as a weight or a time, does not matter. */
function parsePairs(lines: readonly Line[]): Friends[] {
  return lines.map(({ place, text }) => {
    const [, a, b] = /^(\d{1,9})[\s,]+(\d{1,9})(?:[\s,].*)?$/.exec(text) ?? [];
    if (a === undefined || b === undefined) {
      throw unreadable(`line ${place} does not have two users: ${text.slice(0, 80)}`);
    }
    return [Number(a), Number(b)];
  });
}

function parseNodes(text: string): number {
  if (/^\s*\d{1,9}\s*$/.test(text)) return Number(text);
  throw unreadable("the .nodes file is not one number");
}

function unreadable(reason: string): ErrandError {
  return new ErrandError(`The graph cannot be read: ${reason}`, usageExitCode);
}
