import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { ChildServer, freePort } from "./child-server.ts";

const main = fileURLToPath(new URL("../../mongod/bin/mongod.mjs", import.meta.url));

/** Starts the embedded mongod with a data directory of its own for the running test; both end with it. */
export async function startMongod(...flags: string[]): Promise<ChildServer> {
  const { server, end } = await launch(flags);
  onTestFinished(end);
  return server;
}

/**
 * A server for all tests of a file: `MONGO_URL` if the environment names one, else an embedded one of its own.
 * Call it at the top of the file; what it returns gives the URL to tests.
 */
export function mongoForFile(): () => string {
  const { MONGO_URL } = process.env;
  if (MONGO_URL !== undefined) return () => MONGO_URL;
  let mongod: RunningMongod | undefined;
  beforeAll(async () => {
    mongod = await launch([]);
  });
  afterAll(() => mongod?.end());
  return () => `mongodb://${mongod?.server.address}/`;
}

interface RunningMongod {
  readonly server: ChildServer;
  end(): Promise<void>;
}

async function launch(flags: readonly string[]): Promise<RunningMongod> {
  const directory = await mkdtemp(join(tmpdir(), "stores-"));
  const port = await freePort();
  const own = [main, "--port", String(port), "--dbpath", directory, "--bind_ip", "127.0.0.1"];
  const server = new ChildServer(process.execPath, [...own, ...flags], port);
  const end = async () => {
    await server.kill();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await server.start();
  } catch (error) {
    await end();
    throw error;
  }
  return { server, end };
}
