import { inBothThriftWorlds, testCall } from "@faultline/rpc/both-worlds";
import { deadlineExceeded, internal, unavailable } from "@faultline/rpc/errors";
import { someCall } from "@faultline/rpc/some-call";
import type { Mongo } from "@faultline/stores/mongo";
import { connectMongo } from "@faultline/stores/mongo-client";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import { keepLog } from "@faultline/stores/testing/kept-log";
import { mongoForFile } from "@faultline/stores/testing/mongod-server";
import { ErrorCode, UrlShortenService } from "@faultline/thrift/social";
import { expect, onTestFinished, test } from "vitest";
import { createUrlShorten, indexUrls, type StoredUrl } from "./url-shorten.ts";

const mongoUrl = mongoForFile();

async function indexedMongo() {
  const mongo = createMemoryMongo();
  await indexUrls(mongo, testCall());
  return mongo;
}

function stored(mongo: Mongo) {
  const projection = { _id: 0 } as const;
  return mongo.collection<StoredUrl>("url-shorten").find({}, testCall(), { projection });
}

function withInsert(mongo: Mongo, insertMany: () => Promise<void>): Mongo {
  return { ...mongo, collection: (name) => ({ ...mongo.collection(name), insertMany }) };
}

/** Draws these, one after the other. */
function drawing(...letters: string[]) {
  return () => letters.shift() ?? "none left";
}

inBothThriftWorlds("URLs get short ones in their order, which are stored", async (start) => {
  const mongo = await indexedMongo();
  const shortener = await start(UrlShortenService, createUrlShorten({ mongo }));

  const asked = { reqId: 1n, urls: ["http://a", "http://b", "http://a"] };
  const urls = await shortener.composeUrls(asked, testCall());

  expect(urls.map((url) => url.expandedUrl)).toEqual(["http://a", "http://b", "http://a"]);
  const short = urls.map((url) => url.shortenedUrl);
  for (const url of short) expect(url).toMatch(/^http:\/\/short-url\/[a-zA-Z0-9]{10}$/);
  expect(new Set(short).size).toBe(3);
  expect(await stored(mongo)).toEqual(
    urls.map((url) => ({ shortened_url: url.shortenedUrl, expanded_url: url.expandedUrl })),
  );
});

inBothThriftWorlds("no URLs need no database", async (start) => {
  const mongo = withInsert(createMemoryMongo(), () => Promise.reject(new Error("asked")));
  const shortener = await start(UrlShortenService, createUrlShorten({ mongo }));

  expect(await shortener.composeUrls({ reqId: 1n, urls: [] }, testCall())).toEqual([]);
  expect(await shortener.getExtendedUrls({ reqId: 1n, shortenedUrls: [] }, testCall())).toEqual([]);
});

inBothThriftWorlds(
  "short URLs are expanded in their order, unknown ones to nothing",
  async (start) => {
    const shortener = await start(
      UrlShortenService,
      createUrlShorten({ mongo: await indexedMongo() }),
    );
    const urls = await shortener.composeUrls(
      { reqId: 1n, urls: ["http://a", "http://b"] },
      testCall(),
    );
    const [a = "", b = ""] = urls.map((url) => url.shortenedUrl);

    const asked = { reqId: 1n, shortenedUrls: [b, "http://short-url/0", a, b] };
    expect(await shortener.getExtendedUrls(asked, testCall())).toEqual([
      "http://b",
      "",
      "http://a",
      "http://b",
    ]);
  },
);

test("replicas that start at the same time draw different short URLs", async () => {
  const mongo = await indexedMongo();
  const drawn = await Promise.all(
    [1, 2].map(async () => {
      const { composeUrls } = createUrlShorten({ mongo });
      return await composeUrls({ reqId: 1n, urls: Array(500).fill("http://a") }, someCall());
    }),
  );

  expect(new Set(drawn.flat().map((url) => url.shortenedUrl)).size).toBe(1_000);
});

test.each(["in memory", "in a real database"])(
  "a short URL that is taken is drawn again (%s)",
  async (where) => {
    const mongo = where === "in memory" ? createMemoryMongo() : openMongo();
    await indexUrls(mongo, testCall());
    const draw = drawing("a", "b", "a", "c", "d", "e", "e", "f", "g");
    const { composeUrls } = createUrlShorten({ mongo, draw });
    const expand = async (...urls: string[]) =>
      (await composeUrls({ reqId: 1n, urls }, someCall())).map((url) => url.shortenedUrl);

    expect(await expand("http://1")).toEqual(["http://short-url/a"]);
    // b and a, of which a is taken; then c and d.
    expect(await expand("http://2", "http://3")).toEqual([
      "http://short-url/c",
      "http://short-url/d",
    ]);
    // e for both, of which one is taken then; then f and g.
    expect(await expand("http://4", "http://5")).toEqual([
      "http://short-url/f",
      "http://short-url/g",
    ]);
  },
);

function openMongo(): Mongo {
  const mongo = connectMongo({
    ...{ url: mongoUrl(), database: `url-shorten-${process.pid}`, bigints: true },
    ...{ service: "url-shorten", peer: "url-shorten-mongodb" },
  });
  onTestFinished(() => mongo.close());
  return mongo;
}

inBothThriftWorlds(
  "a database that fails is the contract's exception, and a line in the log",
  async (start) => {
    const { log, lines } = keepLog();
    const gone = withInsert(createMemoryMongo(), () => Promise.reject(unavailable("no server")));
    const shortener = await start(UrlShortenService, createUrlShorten({ mongo: gone }));
    const failure = {
      exceptionCode: ErrorCode.SE_MONGODB_ERROR,
      message: "Failed to insert urls to MongoDB",
    };

    const asked = shortener.composeUrls({ reqId: 1n, urls: ["http://a"] }, testCall());
    await expect(asked).rejects.toMatchObject(failure);

    const logging = createUrlShorten({ mongo: gone });
    const logged = logging.composeUrls({ reqId: 1n, urls: ["http://a"] }, someCall({ log }));
    await expect(logged).rejects.toMatchObject(failure);
    expect(lines.map((line) => line.message)).toEqual([
      "MongoDB error: no server",
      "Failed to upload shortened urls from MongoDB",
    ]);
  },
);

test("a database in which everything is taken fails the call, in the end", async () => {
  const mongo = await indexedMongo();
  const { composeUrls } = createUrlShorten({ mongo, draw: () => "a" });
  await composeUrls({ reqId: 1n, urls: ["http://a"] }, someCall());

  await expect(composeUrls({ reqId: 1n, urls: ["http://b"] }, someCall())).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_MONGODB_ERROR,
  });
});

test("a call whose time is over says so", async () => {
  const mongo = withInsert(createMemoryMongo(), () => Promise.reject(deadlineExceeded("late")));
  const { composeUrls } = createUrlShorten({ mongo });

  const late = composeUrls({ reqId: 1n, urls: ["http://a"] }, someCall());
  await expect(late).rejects.toMatchObject({ code: "deadlineExceeded", message: "late" });
});

test("too many URLs at once are refused", async () => {
  const { composeUrls, getExtendedUrls } = createUrlShorten({ mongo: createMemoryMongo() });
  const many: string[] = Array(8_193).fill("http://a");

  const refusal = { exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR };
  await expect(composeUrls({ reqId: 1n, urls: many }, someCall())).rejects.toMatchObject(refusal);
  await expect(
    getExtendedUrls({ reqId: 1n, shortenedUrls: many }, someCall()),
  ).rejects.toMatchObject(refusal);
});

test("a database that refuses the index stops the start, with the original's line", async () => {
  const { log, lines } = keepLog();
  const mongo = createMemoryMongo();
  const ensureIndex = () => Promise.reject(internal("not authorized"));
  const refusing: Mongo = {
    ...mongo,
    collection: (name) => ({ ...mongo.collection(name), ensureIndex }),
  };

  await expect(indexUrls(refusing, testCall({ log }))).rejects.toThrow("not authorized");
  expect(lines[0]?.message).toBe("Error in createIndexes: not authorized");
});
