import { inBothThriftWorlds, type Start, testCall } from "@faultline/rpc/both-worlds";
import { canceled, exhausted, ServiceError, unavailable } from "@faultline/rpc/errors";
import { someCall } from "@faultline/rpc/some-call";
import { keepLog } from "@faultline/stores/testing/kept-log";
import {
  ErrorCode,
  serviceException,
  TextService,
  type UrlShortenServiceClient,
  type UserMentionServiceClient,
} from "@faultline/thrift/social";
import fc from "fast-check";
import { expect, test } from "vitest";
import { textMax } from "../limits.ts";
import { createText } from "./text.ts";

/** Shortens the first URL to S0, the next to S1; everybody mentioned is a user. Keeps what it is asked. */
function callees(failures: { urls?: () => Error; mentions?: () => Error } = {}) {
  const asked: { urls: string[]; usernames: string[] }[] = [];
  const askedNow = { urls: [] as string[], usernames: [] as string[] };
  const shortener: UrlShortenServiceClient = {
    async composeUrls({ urls }) {
      if (failures.urls) throw failures.urls();
      askedNow.urls = urls;
      return urls.map((expandedUrl, i) => ({ shortenedUrl: `S${i}`, expandedUrl }));
    },
    getExtendedUrls: async () => [],
  };
  const mentions: UserMentionServiceClient = {
    async composeUserMentions({ usernames }) {
      if (failures.mentions) throw failures.mentions();
      askedNow.usernames = usernames;
      asked.push({ ...askedNow });
      return usernames.map((username, i) => ({ userId: BigInt(i), username }));
    },
  };
  return { shortener, mentions, asked };
}

function starting(start: Start, { shortener, mentions } = callees()) {
  return start(TextService, createText(shortener, mentions));
}

async function composed(text: string) {
  const { shortener, mentions, asked } = callees();
  const handlers = createText(shortener, mentions);
  const answer = await handlers.composeText({ reqId: 1n, text }, someCall());
  return { text: answer.text, ...asked[0] };
}

inBothThriftWorlds(
  "a text comes back with short URLs, its mentions and its URLs",
  async (start) => {
    const text = await starting(start);

    const asked = { reqId: 7n, text: "@a see http://b.com and @c" };
    expect(await text.composeText(asked, testCall())).toEqual({
      text: "@a see S0 and @c",
      userMentions: [
        { userId: 0n, username: "a" },
        { userId: 1n, username: "c" },
      ],
      urls: [{ shortenedUrl: "S0", expandedUrl: "http://b.com" }],
    });
  },
);

test("text after the last URL stays", async () => {
  expect((await composed("see http://foo.com/bar?x=1 and https://a.b:80/q#z tail")).text).toBe(
    "see S0/bar?x=1 and S1:80/q#z tail",
  );
  expect((await composed("no URL at all")).text).toBe("no URL at all");
  expect((await composed("")).text).toBe("");
});

test("a URL ends where the originals end it", async () => {
  const { urls } = await composed(
    "http://foo.com/bar?x=1 https://a.b:80/q http://A_b~!$&'()*+-.=%,x",
  );

  expect(urls).toEqual(["http://foo.com", "https://a.b", "http://A_b~!$&'()*+-.=%"]);
});

test("everybody after an @ is mentioned, in addresses and URLs too, as often as they are", async () => {
  const { usernames } = await composed(
    "hi @user_1, mail a@b.com @a-b_c!x @@dup @x.y @ @user_1 http://x@in-url",
  );

  expect(usernames).toEqual(["user_1", "b", "a-b_c", "dup", "x", "user_1", "in-url"]);
});

test("only ASCII counts, and only schemes in lower case", async () => {
  expect(await composed("@héllo HTTP://X.com http://a http://b end")).toEqual({
    text: "@héllo HTTP://X.com S0 S1 end",
    urls: ["http://a", "http://b"],
    usernames: ["h"],
  });
  expect(await composed("http://a@bob http:// https://x http://http://y")).toEqual({
    text: "S0@bob http:// S1 S2://y",
    urls: ["http://a", "https://x", "http://http"],
    usernames: ["bob"],
  });
});

test("a short URL is put in as it is", async () => {
  const { shortener, mentions } = callees();
  const composeUrls = async () => [{ shortenedUrl: "$&$1", expandedUrl: "http://a" }];
  const handlers = createText({ ...shortener, composeUrls }, mentions);

  const { text } = await handlers.composeText({ reqId: 1n, text: "http://a" }, someCall());
  expect(text).toBe("$&$1");
});

test.each(["a".repeat(textMax), "@".repeat(textMax), `@${"a".repeat(textMax - 1)}`])(
  "the longest texts, of one word or of one sign, are read (%.3s…)",
  async (text) => {
    expect((await composed(text)).text).toBe(text);
  },
);

test("of the longest text of URLs and mentions none is forgotten", async () => {
  const { urls, usernames } = await composed("http://a ".repeat(3_000) + "@a".repeat(10_000));
  expect(urls).toHaveLength(3_000);
  expect(usernames).toHaveLength(10_000);
});

test("a text without @ and :// passes as it is, whatever is in it", async () => {
  const plain = fc.string({ unit: "binary" }).filter((text) => !/@|:\/\//.test(text));
  await fc.assert(
    fc.asyncProperty(plain, async (text) => {
      expect(await composed(text)).toEqual({ text, urls: [], usernames: [] });
    }),
  );
});

inBothThriftWorlds("a text that is too long is refused", async (start) => {
  const text = await starting(start);

  const asked = text.composeText({ reqId: 1n, text: "a".repeat(textMax + 1) }, testCall());
  await expect(asked).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: "a text has at most 65536 characters",
  });
});

inBothThriftWorlds("what a callee throws goes on to the caller", async (start) => {
  const mongo = () =>
    serviceException(ErrorCode.SE_MONGODB_ERROR, "Failed to insert urls to MongoDB");
  const gone = () => unavailable("connect() failed: Connection refused");

  const failing = await starting(start, callees({ urls: mongo }));
  await expect(failing.composeText({ reqId: 1n, text: "" }, testCall())).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_MONGODB_ERROR,
    message: "Failed to insert urls to MongoDB",
  });

  const lonely = await starting(start, callees({ mentions: gone }));
  const error = await lonely.composeText({ reqId: 1n, text: "" }, testCall()).catch((e) => e);
  expect(error).toBeInstanceOf(ServiceError);
  expect(error.exceptionCode).toBeUndefined();
  expect(error.message).toContain("connect() failed: Connection refused");
});

test.each([
  ["urls", "Failed to connect to url-shorten-service"],
  ["mentions", "Failed to connect to user-mention-service"],
])("no room for a call of %s is the contract's connection error", async (callee, message) => {
  const exceptionCode = ErrorCode.SE_THRIFT_CONN_ERROR;
  const full = () => new ServiceError("resourceExhausted", "Failed to connect", { exceptionCode });
  const { shortener, mentions } = callees({ [callee]: full });
  const handlers = createText(shortener, mentions);

  await expect(handlers.composeText({ reqId: 1n, text: "" }, someCall())).rejects.toMatchObject({
    exceptionCode,
    message,
  });
});

test("a callee that is exhausted itself, or answers too much, is not taken for one without room", async () => {
  const { shortener, mentions } = callees({
    urls: () => exhausted("the message has 16777217 bytes"),
  });
  const handlers = createText(shortener, mentions);

  const asked = handlers.composeText({ reqId: 1n, text: "" }, someCall());
  await expect(asked).rejects.toMatchObject({
    exceptionCode: undefined,
    message: "the message has 16777217 bytes",
  });
});

test("a failing callee is told of in the log in the original's words", async () => {
  const { log, lines } = keepLog();
  const { shortener, mentions } = callees({
    urls: () => unavailable("gone"),
    mentions: () => unavailable("gone too"),
  });
  const handlers = createText(shortener, mentions);

  const asked = handlers.composeText({ reqId: 1n, text: "hush" }, someCall({ log }));
  await expect(asked).rejects.toThrow("gone");
  expect(lines).toEqual([
    { message: "Failed to upload urls to url-shorten-service", reason: "gone" },
    { message: "Failed to get shortened urls from url-shorten-service", reason: "gone" },
    { message: "Failed to upload user_mentions to user-mention-service", reason: "gone too" },
  ]);
});

test("that a caller has left is told of in no log", async () => {
  const { log, lines } = keepLog();
  const left = () => canceled("the caller has left");
  const { shortener, mentions } = callees({ urls: left, mentions: left });
  const handlers = createText(shortener, mentions);

  const asked = handlers.composeText({ reqId: 1n, text: "" }, someCall({ log }));
  await expect(asked).rejects.toThrow("the caller has left");
  expect(lines).toEqual([]);
});
