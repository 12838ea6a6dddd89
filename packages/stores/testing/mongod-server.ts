import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { ChildServer, freePort } from "./child-server.ts";

const main = fileURLToPath(new URL("../../mongod/main.ts", import.meta.url));

/** Starts the embedded mongod with a data directory of its own for the running test; both end with it. */
export async function startMongod(...flags: string[]): Promise<ChildServer> {
  const directory = await mkdtemp(join(tmpdir(), "stores-"));
  const port = await freePort();
  const own = [main, "--port", String(port), "--dbpath", directory, "--bind_ip", "127.0.0.1"];
  const server = new ChildServer(process.execPath, [...own, ...flags], port);
  onTestFinished(async () => {
    await server.kill();
    await rm(directory, { recursive: true, force: true });
  });
  await server.start();
  return server;
}

/** A server for the running test: `MONGO_URL` if the environment names one, else an embedded one of its own. */
export async function mongoUrl(): Promise<string> {
  const { MONGO_URL } = process.env;
  return MONGO_URL ?? `mongodb://${(await startMongod()).address}/`;
}
