import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { startMemcached } from "@faultline/stores/testing/memcached-server";
import { expect, onTestFinished, test } from "vitest";
import { cachePoisoned } from "./cache-poisoned.ts";
import { exchange } from "./exchange.ts";
import { createFakeDriver } from "./fake-driver.ts";
import { shop } from "./testing/shop.ts";

const values = { service: "profile" };

/** What the fault needs to act on a cache that listens there; `say` is a command to it, and its answer. */
function cacheAt(port: number) {
  const address = { host: "127.0.0.1", port };
  const cache = { name: "memcached-profile", kind: "memcached", state: "ready" } as const;
  const driver = createFakeDriver({ servers: [{ ...cache, restarts: 0, address }] });
  const signal = AbortSignal.timeout(20_000);
  return {
    operation: { driver, topology: shop, signal },
    say: (text: string) => exchange({ ...cache, address }, `${text}\r\nquit\r\n`, { signal }),
    set: (key: string, value: string) =>
      exchange(
        { ...cache, address },
        `set ${key} 1 0 ${Buffer.byteLength(value)}\r\n${bytesOf(value)}\r\nquit\r\n`,
        { signal },
      ),
  };
}

/** A cache that answers each command with some pieces, one after the other. */
async function scripted(answerTo: (command: string) => readonly string[]) {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("data", (bytes) => void answer(socket, answerTo(bytes.toString("latin1"))));
  });
  onTestFinished(() => void server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return cacheAt((server.address() as AddressInfo).port);
}

async function answer(socket: Socket, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (!pieces.at(-1)?.endsWith("\n")) socket.end();
}

const bytesOf = (text: string) => Buffer.from(text).toString("latin1");
const textOf = (bytes: string) => Buffer.from(bytes, "latin1").toString();

test("what is cached stays readable and is wrong, until the cache is emptied", async () => {
  const { port } = await startMemcached();
  const { operation, say, set } = cacheAt(port);
  await set("one", '{ "id" : 7, "name" : "ab c" }');
  await set("two", '{"text":"Grüße, 世界 🙂","n":{"$numberLong":"12"}}');

  await cachePoisoned.onStore?.inject(values, operation);
  expect(await say("get one")).toContain('VALUE one 1 29\r\n{ "id" : 7, "name" : "c ba" }');
  expect(textOf(await say("get two"))).toContain(
    '\r\n{"text":"🙂 界世 ,eßürG","n":{"$numberLong":"12"}}\r\n',
  );

  await cachePoisoned.onStore?.recover(values, operation, undefined);
  expect(await say("get one")).toBe("END\r\n");
});

test("a cache without a text in it cannot be poisoned", async () => {
  const { port } = await startMemcached();
  const { operation, set } = cacheAt(port);
  const poison = () => cachePoisoned.onStore?.inject(values, operation);

  await expect(poison()).rejects.toThrow("memcached-profile holds no texts yet");
  await set("count", "12");
  await set("bytes", "12");
  await expect(poison()).rejects.toThrow("memcached-profile holds no texts yet");
});

test("an answer may come in pieces, and a cache that is busy is asked again", async () => {
  const asked: string[] = [];
  const { operation } = await scripted((command) => {
    asked.push(command);
    if (command.startsWith("get")) return ['VALUE a 0 11\r\n{"a":', '"xyz"}\r\nEND\r\n', ""];
    if (command.startsWith("set")) return ["STORED\r\n", ""];
    return asked.length < 3
      ? ["BUSY currently processing ", "crawler request\r\n"]
      : ["key=a exp=-1\n", "EN", "D\r", "\n"];
  });

  await cachePoisoned.onStore?.inject(values, operation);

  expect(asked).toHaveLength(5);
  expect(asked.at(-1)).toBe('set a 0 0 11\r\n{"a":"zyx"}\r\nquit\r\n');
});

test("a cache that refuses to say what it holds is not poisoned", async () => {
  const { operation } = await scripted(() => ["ERROR lru crawler disabled\r\n"]);

  await expect(cachePoisoned.onStore?.inject(values, operation)).rejects.toThrow(
    "memcached-profile does not say what it holds: ERROR lru crawler disabled",
  );
});
