import { onTestFinished } from "vitest";
import type { Observation } from "../observation.ts";
import type { Redis } from "../redis.ts";
import { connectRedis } from "../redis-client.ts";
import { createMemoryRedis } from "../redis-memory.ts";
import { startRedis } from "./redis-server.ts";

/** Those that both must keep what is promised: the client with a real Redis, and its twin in memory. */
export const redises = [
  {
    name: "Redis",
    async open(observation: Partial<Observation> = {}): Promise<Redis> {
      const server = await startRedis();
      const redis = connectRedis({
        service: "home-timeline-service",
        peer: "home-timeline-redis",
        url: `redis://${server.address}`,
        ...observation,
      });
      onTestFinished(() => redis.close());
      return redis;
    },
  },
  {
    name: "the in-memory Redis",
    async open(observation: Partial<Observation> = {}): Promise<Redis> {
      const own = { service: "home-timeline-service", peer: "home-timeline-redis" };
      return createMemoryRedis({ ...own, ...observation });
    },
  },
];

/** Members with rising scores from 1 on. */
export function rising(...members: string[]) {
  return members.map((member, index) => ({ member, score: index + 1 }));
}
