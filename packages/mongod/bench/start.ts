import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { startServer } from "../durability/server-process.ts";
import { residentMb } from "./targets.ts";

const starts = 5;

/** How long a start took, and the memory of a server that has answered one ping. */
export type Start = { readonly startMs: number; readonly idleMb: number };

/**
 * Starts a server a few times on one data directory. `first` is the start that may have had
 * to compile; `best` the quickest of those after it.
 */
export async function measureStart(): Promise<{ first: Start; best: Start }> {
  const dbpath = await mkdtemp(join(tmpdir(), "mongod-start-"));
  const first = await startOnce(dbpath);
  let best = await startOnce(dbpath);
  for (let start = 2; start < starts; start++) {
    const next = await startOnce(dbpath);
    if (next.startMs < best.startMs) best = next;
  }
  await rm(dbpath, { recursive: true });
  return { first, best };
}

async function startOnce(dbpath: string): Promise<Start> {
  const server = await startServer(dbpath);
  const client = await new MongoClient(server.url).connect();
  await client.db("admin").command({ ping: 1 });
  const idleMb = residentMb(server.pid);
  await client.close();
  await server.stop();
  return { startMs: server.startMs, idleMb };
}
