import { MongoClient, MongoServerError } from "mongodb";
import { type Catalogue, changeCatalogue, createCatalogue } from "./catalogue.ts";
import { type Chance, createChance } from "./chance.ts";
import { check } from "./check.ts";
import { createLedger, type Item } from "./ledger.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { type Writer, writeOnce } from "./writer.ts";

const writersCount = 4;
/** Most lives are short, for it is deaths that are to be seen; some are long enough to fill the log. */
const acknowledgedMax = { short: 40, long: 300 } as const;
const longLifeEvery = 8;

/** What was seen over a run. `wrongs` has a sentence for each promise that was broken. */
export type KillReport = {
  kills: number;
  acknowledged: number;
  inDoubt: number;
  readonly wrongs: string[];
};

export type KillOptions = {
  readonly kills: number;
  readonly seed: number;
  readonly onKill?: (report: KillReport) => void;
};

/** What was promised over all lives of the server. */
type World = {
  readonly chance: Chance;
  readonly writers: readonly Writer[];
  readonly catalogue: Catalogue;
};

/**
 * Starts the server on `dbpath` again and again, writes to it from several clients, kills it
 * after a number of writes given by chance, and compares what is there with what was promised.
 * Stops at the first broken promise.
 */
export async function killAgainAndAgain(
  dbpath: string,
  { kills, seed, onKill }: KillOptions,
): Promise<KillReport> {
  const world = createWorld(seed);
  const report: KillReport = { kills: 0, acknowledged: 0, inDoubt: 0, wrongs: [] };
  for (; report.kills < kills; report.kills++) {
    await live(dbpath, world, report, true);
    if (report.wrongs.length > 0) return report;
    onKill?.(report);
  }
  await live(dbpath, world, report, false);
  return report;
}

function createWorld(seed: number): World {
  const writers = Array.from({ length: writersCount }, (_, index) => ({
    number: index + 1,
    ledger: createLedger(),
    nextNumber: 0,
  }));
  return { chance: createChance(seed), writers, catalogue: createCatalogue() };
}

/** One life of the server: checks what the last one left, and writes until it is killed. */
async function live(
  dbpath: string,
  world: World,
  report: KillReport,
  isWriting: boolean,
): Promise<void> {
  const server = await startServer(dbpath);
  const client = new MongoClient(server.url, { retryWrites: false });
  const database = client.db("kills");
  try {
    await database.collection("items").createIndex({ slot: 1 }, { unique: true });
    await database.collection("items").createIndex({ tags: 1 });
    report.wrongs.push(...(await check(database, world.writers, world.catalogue)));
    if (!isWriting || report.wrongs.length > 0) return;
    report.acknowledged += await writeAndKill(server, client, world);
    for (const { ledger } of world.writers) report.inDoubt += ledger.inDoubt.size;
  } finally {
    await server.kill();
    await client.close();
  }
}

/** Kills the server when one writer has its answer and the others are amid their writes. */
async function writeAndKill(
  server: ServerProcess,
  client: MongoClient,
  { chance, writers, catalogue }: World,
): Promise<number> {
  const database = client.db("kills");
  const items = database.collection<Item>("items");
  const isLong = chance.below(longLifeEvery) === 0;
  const enough = 1 + chance.below(isLong ? acknowledgedMax.long : acknowledgedMax.short);
  let acknowledged = 0;
  let killed: Promise<void> | undefined;
  const untilKilled = async (write: () => Promise<void>) => {
    while (killed === undefined) {
      try {
        await write();
      } catch (error) {
        if (killed !== undefined && !isAnswer(error)) return;
        throw error;
      }
      acknowledged++;
      if (acknowledged >= enough) killed ??= server.kill();
    }
  };
  const loops = writers.map((writer) => untilKilled(() => writeOnce(writer, items, chance)));
  loops.push(untilKilled(() => changeCatalogue(catalogue, database)));
  await Promise.all(loops);
  return acknowledged;
}

/** True if the server has answered with an error; false if the connection was lost. */
function isAnswer(error: unknown): boolean {
  return error instanceof MongoServerError && typeof error.code === "number";
}
