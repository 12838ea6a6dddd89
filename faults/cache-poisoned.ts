import { isUtf8 } from "node:buffer";
import { setTimeout as sleep } from "node:timers/promises";
import { exact } from "./catalogue-facts.ts";
import { DriverError, type Server } from "./driver.ts";
import { exchange } from "./exchange.ts";
import { defineFault } from "./fault.ts";
import { nameOf } from "./parameters.ts";
import { eachReplica } from "./targets.ts";
import { cacheServerOf } from "./topology.ts";

const dump = "lru_crawler metadump all\r\n";
/** All of it, or one line that says why not. */
const dumped = /(?:^|\n)(?:END|BUSY .*|.*ERROR.*)\r\n$/;
const busyPatienceMs = 10_000;
const busyPauseMs = 100;

export const cachePoisoned = defineFault({
  name: "cache-poisoned",
  summary:
    "Somebody has written wrong values to a service's cache: they can be read, and their texts are turned around.",
  parameters: {
    service: nameOf("cache", ["profile", "post-storage-service"], "the service whose cache it is"),
  },
  onStore: {
    async inject({ service }, operation) {
      const server = cacheServerOf(operation.topology, service);
      let written = 0;
      await eachReplica(server, operation, async (cache) => {
        written += await poison(cache, operation.signal);
      });
      if (written > 0) return undefined;
      throw new DriverError(`${server} holds no texts yet: nothing in it can be made wrong`);
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

/** Turns the texts in all entries of a cache around. Answers how many entries are otherwise now. */
async function poison(cache: Server, signal: AbortSignal): Promise<number> {
  const keys = keysIn(await dumpOf(cache, signal));
  if (keys.length === 0) return 0;
  const found = await exchange(cache, `get ${keys.join(" ")}\r\nquit\r\n`, { signal });
  const writes = entriesIn(found).flatMap(({ key, flags, value }) => {
    const wrong = turnedAround(value);
    return wrong === value ? [] : `set ${key} ${flags} 0 ${wrong.length}\r\n${wrong}\r\n`;
  });
  await exchange(cache, `${writes.join("")}quit\r\n`, { signal });
  return writes.length;
}

/** What it says of all its entries. While another walk through them is under way, it must be asked again. */
async function dumpOf(cache: Server, signal: AbortSignal): Promise<string> {
  const endMs = Date.now() + busyPatienceMs;
  for (;;) {
    const said = await exchange(cache, dump, { signal, until: dumped });
    if (/(?:^|\n)END\r\n$/.test(said)) return said;
    if (!said.startsWith("BUSY") || Date.now() > endMs)
      throw new DriverError(
        `${cache.name} does not say what it holds: ${said.trim().slice(0, 200)}`,
      );
    await sleep(busyPauseMs, undefined, { signal });
  }
}

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

/**
 * Every text of a JSON value that has no escapes, so that it stays one, and as long as it was. It is given and answered
 * byte for byte; what is no UTF-8 stays as it is.
 */
export function turnedAround(bytes: string): string {
  const buffer = Buffer.from(bytes, "latin1");
  if (!isUtf8(buffer)) return bytes;
  const wrong = buffer
    .toString()
    .replace(
      /("\w+"\s*:\s*")([^"\\]*)"/g,
      (_whole, name: string, text: string) => `${name}${[...text].reverse().join("")}"`,
    );
  return Buffer.from(wrong).toString("latin1");
}
