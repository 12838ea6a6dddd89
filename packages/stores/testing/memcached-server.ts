import { onTestFinished } from "vitest";
import { ChildServer, freePort } from "./child-server.ts";

/** Starts a real memcached for the running test, which ends with it. */
export async function startMemcached(): Promise<ChildServer> {
  const port = await freePort();
  const server = new ChildServer("memcached", parameters(port), port);
  onTestFinished(() => server.kill());
  await server.start();
  return server;
}

function parameters(port: number): string[] {
  const own = ["-l", "127.0.0.1", "-p", String(port), "-U", "0", "-m", "16", "-t", "1"];
  // memcached wants to be told which user to become when root starts it.
  return process.getuid?.() === 0 ? [...own, "-u", "nobody"] : own;
}
