import { similar } from "./catalogue-facts.ts";
import { defineFault, type Operation } from "./fault.ts";
import { mebibytes, nameOf } from "./parameters.ts";
import { asPlanned, eachReplica } from "./targets.ts";
import { lineOf, redisServer } from "./topology.ts";

const because = "the limit comes with a start, which empties a Redis that keeps nothing on disk";

/** For applications that have a Redis; elsewhere no name can be given, and it is refused with that sentence. */
export const redisMemoryFull = defineFault({
  name: "redis-memory-full",
  summary: "A service's Redis has no memory left for anything new.",
  parameters: {
    service: nameOf("redis", "home-timeline", "the service whose Redis is full"),
    limitMiB: mebibytes(1, "how much memory it has"),
  },
  onStore: {
    async inject({ service, limitMiB }, operation) {
      const args = ["--maxmemory", `${limitMiB}mb`, "--maxmemory-policy", "noeviction"];
      await eachReplica(redisOf(service, operation), operation, ({ name, changed }) =>
        changed ? Promise.resolve() : operation.driver.restart(name, operation.signal, { args }),
      );
      return undefined;
    },
    recover: ({ service }, operation) => asPlanned(redisOf(service, operation), operation),
  },
  facts: {
    analysis: { level: "Application", type: "Misconfiguration" },
    localisation: ["redis-{service}", "{service}"],
    symptom:
      "Reads succeed, writes fail with Redis's own `OOM command not allowed when used memory > 'maxmemory'`.",
    blast: { share: 0, says: "no request of an application without Redis, such as hotel" },
    mitigation: ["$ npm run server -- restart redis-{service}"],
    recovery: "Writes succeed, and `CONFIG GET maxmemory` says 0.",
    ways: { local: similar(because), compose: similar(because), kubernetes: similar(because) },
  },
});

function redisOf(service: string, { topology }: Operation): string {
  const redis = lineOf(topology, service).stores?.redis;
  if (!redis) throw new Error(`${service} has no Redis`);
  return redisServer(redis);
}
