import { type Collection, type Db, type Document, MongoClient, MongoServerError } from "mongodb";
import { afterAll, beforeAll } from "vitest";
import { type Server, startServer } from "../server.ts";
import { createMemoryStorage } from "../storage/memory.ts";

/**
 * The suite runs against a server of this package, or against any other that `MONGO_URL`
 * names: what it asserts, it asserts of MongoDB. Only tests look at that variable, so it is no
 * setting of the server.
 */
export interface Target {
  readonly client: () => MongoClient;
  readonly db: () => Db;
  /** An empty collection that no other test has. */
  readonly collection: (documents?: readonly Document[]) => Promise<Collection<Document>>;
}

const isExternal = process.env.MONGO_URL !== undefined;

/** Opens the target for the tests of a file, and closes it after them. */
export function useTarget(): Target {
  const name = `contract_${process.pid}_${Math.trunc(performance.now())}`;
  let server: Server | undefined;
  let client: MongoClient | undefined;
  let collections = 0;
  const opened = () => {
    if (!client) throw new Error("the target is open during tests only");
    return client;
  };
  beforeAll(async () => {
    if (!isExternal) server = await startServer({ port: 0, storage: createMemoryStorage() });
    const url = process.env.MONGO_URL ?? `mongodb://127.0.0.1:${server?.port}`;
    client = await new MongoClient(url, { promoteValues: true }).connect();
  });
  afterAll(async () => {
    await client?.db(name).dropDatabase();
    await client?.close();
    await server?.close();
  });
  return {
    client: opened,
    db: () => opened().db(name),
    async collection(documents = []) {
      collections += 1;
      const collection = opened().db(name).collection(`c${collections}`);
      if (documents.length > 0) await collection.insertMany([...documents]);
      return collection;
    },
  };
}

/** The server's error that `action` fails with. */
export async function serverError(action: Promise<unknown>): Promise<MongoServerError> {
  try {
    await action;
  } catch (error) {
    if (error instanceof MongoServerError) return error;
    throw error;
  }
  throw new Error("expected the server to refuse this");
}
