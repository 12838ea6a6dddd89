import { internal } from "@faultline/rpc/errors";
import { connectInMemory, serveInMemory } from "@faultline/rpc/memory";
import { testCall } from "@faultline/rpc/test-call";
import { messageKinds, ThriftReader, ThriftWriter } from "@faultline/rpc/thrift/protocol";
import { describe, expect, test } from "vitest";
import {
  ComposePostService,
  ErrorCode,
  PostStorageService,
  PostType,
  SocialGraphService,
  serviceException,
  UniqueIdService,
  type UniqueIdServiceHandlers,
} from "./gen/social.ts";

const { composeUniqueId } = UniqueIdService.methods;
const { composePost } = ComposePostService.methods;
const { readPosts, storePost } = PostStorageService.methods;

describe("what the originals sent", () => {
  test("is what a call of ComposeUniqueId sends, and reads as", () => {
    const carrier = new Map([["a", "b"]]);
    const request = { reqId: 1n, postType: PostType.POST };
    const sent =
      "00000041800100010000000f436f6d706f7365556e697175654964000000000a0001000000000000000108" +
      "0002000000000d00030b0b000000010000000161000000016200";

    const frame = framed("ComposeUniqueId", messageKinds.call, (writer) =>
      composeUniqueId.writeArguments(writer, request, carrier),
    );

    expect(frame.toString("hex")).toBe(sent);
    expect(composeUniqueId.readArguments(bodyOf(sent))).toEqual({ request, carrier });
  });

  test("is what the reply 258 sends, and reads as", () => {
    const sent =
      "00000027800100020000000f436f6d706f7365556e697175654964000000000a0000000000000000010200";

    const frame = framed("ComposeUniqueId", messageKinds.reply, (writer) =>
      composeUniqueId.writeResult(writer, 258n),
    );

    expect(frame.toString("hex")).toBe(sent);
    expect(composeUniqueId.readResult(bodyOf(sent))).toBe(258n);
  });

  test("is what a reply without a result sends, and reads as", () => {
    const sent = "00000018800100020000000b436f6d706f7365506f73740000000000";

    const frame = framed("ComposePost", messageKinds.reply, (writer) =>
      composePost.writeResult(writer, undefined),
    );

    expect(frame.toString("hex")).toBe(sent);
    expect(composePost.readResult(bodyOf(sent))).toBeUndefined();
  });

  test("is what a declared exception sends, and reads as", () => {
    const sent =
      "0000002b800100020000000b436f6d706f7365506f7374000000000c000108000100000004" +
      "0b000200000001780000";
    const failure = serviceException(ErrorCode.SE_MONGODB_ERROR, "x");

    const frame = framed("ComposePost", messageKinds.reply, (writer) =>
      composePost.writeException(writer, failure),
    );

    expect(frame.toString("hex")).toBe(sent);
    expect(() => composePost.readResult(bodyOf(sent))).toThrow(
      expect.objectContaining({ code: "unavailable", exceptionCode: 4, message: "x" }),
    );
  });
});

test("absent fields read as 0, empty text and no elements", () => {
  const empty = { userId: 0n, username: "" };

  expect(storePost.requestType.decode(Buffer.from("0c00020000", "hex"))).toEqual({
    reqId: 0n,
    post: {
      postId: 0n,
      creator: empty,
      reqId: 0n,
      text: "",
      userMentions: [],
      media: [],
      urls: [],
      timestamp: 0n,
      postType: 0,
    },
  });
});

test("fields of unknown ids and of other types are passed over", () => {
  const writer = new ThriftWriter();
  writer.stringField(1, "an id once was a text");
  writer.stringField(99, "from the future");
  writer.i32Field(2, PostType.DM);
  writer.stop();

  expect(composeUniqueId.requestType.decode(writer.finish())).toEqual({ reqId: 0n, postType: 3 });
});

test("a reply with neither a result nor an exception is a failure", () => {
  const stop = Buffer.of(0);

  expect(() => readPosts.responseType.decode(stop)).toThrow("ReadPosts failed: unknown result");
});

test("a failure of other kinds cannot pass for an exception of the contract", () => {
  const failure = internal("a bug");

  expect(() => composePost.writeException(new ThriftWriter(), failure)).toThrow(
    "not an exception of the contract",
  );
});

test("a reason that the contract does not have keeps its number", () => {
  expect(serviceException(42, "news")).toMatchObject({ code: "unknown", exceptionCode: 42 });
});

test("handlers get arguments, answer bare values, and fail by exceptions that callers recognize", async () => {
  const client = inMemory({
    composeUniqueId: async ({ reqId, postType }) => {
      if (postType === PostType.DM) {
        throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, "no more ids");
      }
      if (postType === PostType.REPLY) throw internal("a bug");
      return reqId + 1n;
    },
  });
  const compose = (postType: number) => client.composeUniqueId({ reqId: 1n, postType }, testCall());

  await expect(compose(PostType.POST)).resolves.toBe(2n);
  await expect(compose(PostType.DM)).rejects.toMatchObject({
    code: "failedPrecondition",
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: "no more ids",
  });
  await expect(compose(PostType.REPLY)).rejects.toMatchObject({
    code: "internal",
    exceptionCode: undefined,
    message: "a bug",
  });
});

test("methods name their spans as the originals did", () => {
  expect(composePost.spanNames).toEqual({
    server: "compose_post_server",
    client: "compose_post_client",
  });
  expect(readPosts.spanNames).toEqual({ server: "post_storage_read_posts_server" });
});

test("contracts are called what they are on the wire", () => {
  expect(SocialGraphService).toMatchObject({
    protocol: "thrift",
    fullName: "social_network.SocialGraphService",
    methods: { followWithUsername: { name: "FollowWithUsername" } },
  });
});

function inMemory(handlers: UniqueIdServiceHandlers) {
  const server = serveInMemory({
    contract: UniqueIdService,
    handlers,
    service: "unique-id",
    log: testCall().log,
  });
  return connectInMemory({ contract: UniqueIdService, server, service: "test", peer: "unique-id" })
    .client;
}

function framed(name: string, kind: number, write: (writer: ThriftWriter) => void): Buffer {
  const writer = new ThriftWriter();
  const begin = writer.beginFrame();
  writer.message(name, kind, 0);
  write(writer);
  writer.endFrame(begin);
  return writer.finish();
}

function bodyOf(frame: string): ThriftReader {
  const reader = new ThriftReader(Buffer.from(frame, "hex").subarray(4));
  reader.message();
  return reader;
}
