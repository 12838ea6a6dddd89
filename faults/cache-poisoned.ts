import { exact } from "./catalogue-facts.ts";
import { exchange } from "./exchange.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { eachReplica } from "./targets.ts";
import { cacheServerOf } from "./topology.ts";

const dump = "lru_crawler metadump all\r\n";
// Another walk through the entries may be under way: then there is nothing to be had.
const dumped = /(END|BUSY .*)\r\n$/;

export const cachePoisoned = defineFault({
  name: "cache-poisoned",
  summary:
    "Somebody has written wrong values to a service's cache: they can be read, and their texts are turned around.",
  parameters: {
    service: nameOf("cache", ["profile", "post-storage-service"], "the service whose cache it is"),
  },
  onStore: {
    async inject({ service }, operation) {
      const { signal } = operation;
      await eachReplica(cacheServerOf(operation.topology, service), operation, async (cache) => {
        const keys = keysIn(await exchange(cache, dump, { signal, until: dumped }));
        if (keys.length === 0) return;
        const found = await exchange(cache, `get ${keys.join(" ")}\r\nquit\r\n`, { signal });
        const writes = entriesIn(found).map(
          ({ key, flags, value }) =>
            `set ${key} ${flags} 0 ${value.length}\r\n${turnedAround(value)}\r\n`,
        );
        await exchange(cache, `${writes.join("")}quit\r\n`, { signal });
      });
      return undefined;
    },
    async recover({ service }, operation) {
      const { signal } = operation;
      await eachReplica(cacheServerOf(operation.topology, service), operation, async (cache) => {
        await exchange(cache, "flush_all\r\nquit\r\n", { signal });
      });
    },
  },
  facts: {
    analysis: { level: "Application", type: "Network/Storage Issue" },
    localisation: ["{cache}", "{service}"],
    symptom:
      "What {service} has a part in is answered with 200, and with names and texts that are wrong for everything that was cached before; nothing fails, and no log says anything. {database} has the right ones.",
    blast: { share: 0.99, says: "/hotels and /recommendations, which stay 200" },
    mitigation: [
      "compare an entry of {cache} with its document in {database}",
      "empty the cache: $ npm run server -- --app {app} restart {cache}",
    ],
    recovery: "The same questions have the answers that the database has.",
    targets: {
      "post-storage-service": {
        symptom:
          "Timelines answer 200, and posts that were cached before have their texts and authors turned around; new posts are right. Nothing fails, and no log says anything. {database} has the right ones.",
        blast: { share: 0.9, says: "reads of timelines, which stay 200" },
        signs: { service: "{cache}", failing: [0.3, 1], silent: true },
      },
    },
    ways: { local: exact, compose: exact, kubernetes: exact },
  },
});

function keysIn(dump: string): readonly string[] {
  return [...dump.matchAll(/^key=(\S+) /gm)].map(([, key = ""]) => decodeURIComponent(key));
}

function entriesIn(answer: string) {
  const entries: { key: string; flags: string; value: string }[] = [];
  let rest = answer;
  for (;;) {
    const [line, key, flags, bytes] = /^VALUE (\S+) (\d+) (\d+)\r\n/.exec(rest) ?? [];
    if (line === undefined || key === undefined || flags === undefined) return entries;
    const end = line.length + Number(bytes);
    entries.push({ key, flags, value: rest.slice(line.length, end) });
    rest = rest.slice(end + 2);
  }
}

/** Every text of a JSON value that has no escapes, so that it stays one, and as long as it was. */
export function turnedAround(json: string): string {
  return json.replace(
    /("\w+"\s*:\s*")([^"\\]*)"/g,
    (_whole, name: string, text: string) => `${name}${[...text].reverse().join("")}"`,
  );
}
