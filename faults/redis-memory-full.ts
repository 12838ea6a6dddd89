import { similar } from "./catalogue-facts.ts";
import { defineFault } from "./fault.ts";
import { kibibytes, nameOf } from "./parameters.ts";
import { asPlanned, eachReplica } from "./targets.ts";

const because = "the limit comes with a start, and what a Redis holds over it stays";

/** For applications that have a Redis; elsewhere no name can be given, and it is refused with that sentence. */
export const redisMemoryFull = defineFault({
  name: "redis-memory-full",
  summary: "A service's Redis has no memory left for anything new.",
  parameters: {
    server: nameOf("redis", "home-timeline-redis", "which Redis is full"),
    limitKiB: kibibytes(512, "how much memory it may use; one without any data uses some 900"),
  },
  onStore: {
    async inject({ server, limitKiB }, operation) {
      const args = ["--maxmemory", `${limitKiB}kb`, "--maxmemory-policy", "noeviction"];
      await eachReplica(server, operation, ({ name, changed }) =>
        changed ? Promise.resolve() : operation.driver.restart(name, operation.signal, { args }),
      );
      return undefined;
    },
    recover: ({ server }, operation) => asPlanned(server, operation),
  },
  facts: {
    analysis: { level: "Application", type: "Misconfiguration" },
    localisation: ["{server}"],
    symptom:
      "Reads succeed, writes fail with Redis's own `OOM command not allowed when used memory > 'maxmemory'`.",
    blast: { share: 0, says: "no request of an application without Redis, such as hotel" },
    mitigation: ["$ npm run server -- restart {server}"],
    recovery: "Writes succeed, and `CONFIG GET maxmemory` says what it is planned to have: 256 MB.",
    ways: { local: similar(because), compose: similar(because), kubernetes: similar(because) },
  },
});
