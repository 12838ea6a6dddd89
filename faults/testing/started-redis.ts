import { connect, type Socket } from "node:net";
import { startRedis } from "@faultline/stores/testing/redis-server";
import { onTestFinished } from "vitest";
import type { Server } from "../driver.ts";
import { createFakeDriver } from "../fake-driver.ts";
import type { Topology } from "../topology.ts";

/** An application with one service and its Redis. */
const topology: Topology = {
  name: "timelines",
  services: {
    timeline: { definition: { port: 1, stores: { redis: { name: "timeline", port: 2 } } } },
  },
};

/** A real Redis for the running test, and who operates it; `connect` gives a connection that answers a line with a line. */
export async function startedRedis() {
  const { port } = await startRedis();
  const address = { host: "127.0.0.1", port };
  const servers: Server[] = [
    { name: "timeline", kind: "service", state: "ready", restarts: 0 },
    { name: "timeline-redis", kind: "redis", state: "ready", restarts: 0, address },
  ];
  const driver = createFakeDriver({ servers });
  return {
    driver,
    operation: { driver, topology, signal: AbortSignal.timeout(20_000) },
    async connect() {
      const socket = connect(address);
      onTestFinished(() => void socket.destroy());
      // A connection counts for Redis from its first command on.
      await ask(socket, "PING");
      return (line: string) => ask(socket, line);
    },
  };
}

function ask(socket: Socket, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once("data", (bytes) => resolve(bytes.toString().trim()));
    socket.once("error", reject);
    socket.write(`${line}\r\n`);
  });
}
