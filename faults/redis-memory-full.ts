import { exact } from "./catalogue-facts.ts";
import { defineFault, type Memento, type Operation } from "./fault.ts";
import { kibibytes, nameOf } from "./parameters.ts";
import { configure, type Setting, settingOf } from "./redis-settings.ts";
import { eachReplica } from "./targets.ts";

const changed = ["maxmemory", "maxmemory-policy"];

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
      const { signal } = operation;
      const memento: Record<string, readonly Setting[]> = {};
      await eachReplica(server, operation, async (replica) => {
        memento[replica.name] = await settings(operation, replica);
        const full: Setting[] = [
          ["maxmemory-policy", "noeviction"],
          ["maxmemory", `${limitKiB}kb`],
        ];
        await configure(replica, full, { signal });
      });
      return memento;
    },
    recover: ({ server }, operation, memento) => restore(server, operation, memento),
  },
  facts: {
    analysis: { level: "Application", type: "Misconfiguration" },
    localisation: ["{server}"],
    symptom:
      "What only reads {server} is answered as before; what writes to it waits and fails with 500, and posts that were stored come to timelines later. {users} says `{server} refused: OOM`; {server} is up, and its `used_memory` is above `maxmemory`.",
    blast: { share: 0.1, says: "composes: a post that nobody else sees is not acknowledged" },
    signs: {
      service: "{users}",
      writing: true,
      failing: [1, 1],
      log: { server: "{users}", says: /OOM/ },
    },
    mitigation: [
      "compare `INFO memory` of {server}: used_memory and maxmemory",
      "give it memory (`CONFIG SET maxmemory 256mb`) or have it forget; one that starts anew is as planned: $ npm run server -- --app {app} restart {server}",
    ],
    recovery: "Writes succeed, and `CONFIG GET maxmemory` says what it is planned to have: 256 MB.",
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});

async function settings({ signal }: Operation, replica: Parameters<typeof settingOf>[0]) {
  return Promise.all(
    changed.map(async (name): Promise<Setting> => [name, await settingOf(replica, name, signal)]),
  );
}

/** Where it is not known how it was, it is started anew: what was set is gone then. */
async function restore(
  server: string,
  operation: Operation,
  memento: Memento | undefined,
): Promise<void> {
  const { driver, signal } = operation;
  await eachReplica(server, operation, async (replica) => {
    const before = memento?.[replica.name] as readonly Setting[] | undefined;
    if (before) await configure(replica, before, { signal });
    else await driver.restart(replica.name, signal);
  });
}
