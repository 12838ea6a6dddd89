import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { ChildServer, freePort } from "./child-server.ts";

/** Starts a real Redis for the running test, which ends with it and keeps nothing on disk unless flags say so. */
export async function startRedis(...flags: string[]): Promise<ChildServer> {
  const { server, end } = await launch(flags);
  onTestFinished(end);
  return server;
}

/** A server for all tests of a file. Call it at the top of the file; what it returns gives the URL to tests. */
export function redisForFile(): () => string {
  let redis: Awaited<ReturnType<typeof launch>> | undefined;
  beforeAll(async () => {
    redis = await launch([]);
  });
  afterAll(() => redis?.end());
  return () => `redis://${redis?.server.address}`;
}

async function launch(flags: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), "stores-"));
  const port = await freePort();
  const own = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", directory, "--save", ""];
  const server = new ChildServer("redis-server", [...own, ...flags], port);
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
