import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { startServer } from "../durability/server-process.ts";
import { residentMb } from "./targets.ts";

const starts = 5;

/** The quickest of a few starts, and what the server then takes while it does nothing. */
export async function measureStart(): Promise<{ startMs: number; idleMb: number }> {
  const dbpath = await mkdtemp(join(tmpdir(), "mongod-start-"));
  const measured: { startMs: number; idleMb: number }[] = [];
  for (let start = 0; start < starts; start++) {
    const server = await startServer(dbpath);
    const client = await new MongoClient(server.url).connect();
    await client.db("admin").command({ ping: 1 });
    measured.push({ startMs: server.startMs, idleMb: residentMb(server.pid) });
    await client.close();
    await server.stop();
  }
  await rm(dbpath, { recursive: true });
  return {
    startMs: Math.min(...measured.map(({ startMs }) => startMs)),
    idleMb: Math.max(...measured.map(({ idleMb }) => idleMb)),
  };
}
