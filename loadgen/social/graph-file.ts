import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ErrandError } from "../application.ts";
import { usageExitCode } from "../runner/conclusion.ts";
import { type Friends, Graph } from "./graph.ts";

/**
 * Reads `name.edges`, a pair of users in each line, and the number of users from `name.nodes` if there is such a file.
 * Either file's name will do, or the name without its end, or a directory that has one such graph.
 */
export function readGraph(path: string): Graph {
  const stem = stemOf(path);
  const pairs = parseEdges(read(`${stem}.edges`));
  const greatest = pairs.reduce((max, [a, b]) => Math.max(max, a, b), 0);
  const users = existsSync(`${stem}.nodes`) ? parseNodes(read(`${stem}.nodes`)) : greatest + 1;
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

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
}

function parseEdges(text: string): Friends[] {
  const pairs: Friends[] = [];
  for (const [place, line] of text.split("\n").entries()) {
    if (/^\s*([#%].*)?$/.test(line)) continue;
    const [, a, b] = /^\s*(\d{1,9})[\s,]+(\d{1,9})\s*$/.exec(line) ?? [];
    if (a === undefined || b === undefined) {
      throw unreadable(`line ${place + 1} does not have two users: ${line.slice(0, 80)}`);
    }
    pairs.push([Number(a), Number(b)]);
  }
  return pairs;
}

function parseNodes(text: string): number {
  if (/^\s*\d{1,9}\s*$/.test(text)) return Number(text);
  throw unreadable("the .nodes file is not one number");
}

function unreadable(reason: string): ErrandError {
  return new ErrandError(`The graph cannot be read: ${reason}`, usageExitCode);
}
