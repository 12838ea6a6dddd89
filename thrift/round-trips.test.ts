import type { ThriftContract, ThriftMethod } from "@faultline/rpc/thrift/contract";
import { messageKinds, ThriftReader, ThriftWriter } from "@faultline/rpc/thrift/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Apache, withBigint, withInt64 } from "./apache-testing.ts";
import { arbitraryStruct } from "./arbitrary-testing.ts";
import {
  ComposePostService,
  HomeTimelineService,
  MediaService,
  PostStorageService,
  SocialGraphService,
  TextService,
  UniqueIdService,
  UrlShortenService,
  UserMentionService,
  UserService,
  UserTimelineService,
} from "./gen/social.ts";
import { resultFields, socialIdl, socialMethods } from "./idl-testing.ts";
import { camelCase } from "./names.ts";

const apache = new Apache(socialIdl);
const contracts: Readonly<Record<string, ThriftContract>> = {
  ComposePostService,
  HomeTimelineService,
  MediaService,
  PostStorageService,
  SocialGraphService,
  TextService,
  UniqueIdService,
  UrlShortenService,
  UserMentionService,
  UserService,
  UserTimelineService,
};
const runs = { numRuns: 30 };

describe.each(socialMethods)("$service.$method.name", ({ service, method }) => {
  const ours = methodOf(service, method.name);
  const requests = arbitraryStruct(method.fields);
  const results = arbitraryStruct(resultFields(method));

  test("writes the arguments that Apache's library writes, and reads them back", () => {
    const encode = apache.encoder(method.fields);
    fc.assert(
      fc.property(requests, ({ carrier, ...request }) => {
        const frame = framed(method.name, messageKinds.call, (writer) =>
          ours.writeArguments(writer, request, carrier as Map<string, string>),
        );
        const { size } = carrier as Map<string, string>;

        expect(frame).toEqual(encode(method.name, 1, withInt64({ ...request, carrier })));
        expect(bodyOf(frame, ours.readArguments)).toEqual({
          request,
          carrier: size === 0 ? undefined : carrier,
        });
      }),
      runs,
    );
  });

  test("writes the result that Apache's library reads, and reads what that writes", () => {
    const { encode, decode } = refereeOf(resultFields(method));
    fc.assert(
      fc.property(results, (result) => {
        const frame = framed(method.name, messageKinds.reply, (writer) =>
          ours.writeResult(writer, result.success),
        );

        expect(frame).toEqual(encode(method.name, 2, withInt64(result)));
        expect(withBigint(decode(frame))).toEqual(result);
        expect(bodyOf(frame, ours.readResult)).toEqual(result.success);
      }),
      runs,
    );
  });

  test("crosses every transport by its codecs", () => {
    fc.assert(
      fc.property(requests, results, ({ carrier: _, ...request }, { success }) => {
        const requestBytes = ours.requestType.encode(request).finish();
        const responseBytes = ours.responseType.encode(success).finish();

        expect(ours.requestType.decode(requestBytes)).toEqual(request);
        expect(ours.responseType.decode(responseBytes)).toEqual(success);
      }),
      runs,
    );
  });

  test("refuses every message that was cut short", () => {
    fc.assert(
      fc.property(requests, fc.double({ min: 0, max: 1, maxExcluded: true }), (request, share) => {
        const bytes = ours.requestType.encode(request).finish();
        const part = bytes.subarray(0, Math.floor(bytes.byteLength * share));

        expect(() => ours.requestType.decode(part)).toThrow(/^malformed Thrift message/);
      }),
      runs,
    );
  });

  test("survives bytes that were altered, in requests and in replies", () => {
    const alterations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(requests, results, alterations, (request, { success }, changes) => {
        const requestBytes = altered(ours.requestType.encode(request).finish(), changes);
        const responseBytes = altered(ours.responseType.encode(success).finish(), changes);

        expect(failureOf(() => ours.requestType.decode(requestBytes))).toMatch(expected);
        expect(failureOf(() => ours.responseType.decode(responseBytes))).toMatch(expected);
      }),
      { numRuns: 100 },
    );
  });

  test("survives any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(failureOf(() => ours.requestType.decode(bytes))).toMatch(expected);
        expect(failureOf(() => ours.responseType.decode(bytes))).toMatch(expected);
      }),
      { numRuns: 100 },
    );
  });
});

/** How reading may end: well, by a refusal, without a result, or with an exception of the contract. */
const expected = /^(none|invalidArgument|unknown|unavailable|unauthenticated|failedPrecondition)$/;

function failureOf(read: () => unknown): unknown {
  try {
    read();
    return "none";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : `no ServiceError: ${error}`;
  }
}

function altered(bytes: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array {
  const copy = Buffer.from(bytes);
  for (const [at, byte] of changes) copy[at % copy.byteLength] = byte;
  return copy;
}

function refereeOf(fields: Parameters<Apache["encoder"]>[0]) {
  return { encode: apache.encoder(fields), decode: apache.decoder(fields) };
}

function methodOf(service: string, name: string): ThriftMethod<unknown, unknown> {
  const method = contracts[service]?.methods[camelCase(name)];
  if (!method) throw new Error(`${service} lacks ${name}`);
  return method;
}

function framed(name: string, kind: number, write: (writer: ThriftWriter) => void): Buffer {
  const writer = new ThriftWriter();
  const begin = writer.beginFrame();
  writer.message(name, kind, 1);
  write(writer);
  writer.endFrame(begin);
  return writer.finish();
}

function bodyOf(frame: Buffer, read: (reader: ThriftReader) => unknown): unknown {
  const reader = new ThriftReader(frame.subarray(4));
  reader.message();
  return read(reader);
}
