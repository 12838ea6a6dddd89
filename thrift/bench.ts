import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageKinds, ThriftReader, ThriftWriter } from "@faultline/rpc/thrift/protocol";
import { Apache, withInt64 } from "./apache-testing.ts";
import { type Post, PostStorageService } from "./gen/social.ts";
import { type Field, parseIdl } from "./idl.ts";

// `node thrift/bench.ts`: what it costs to write and to read a timeline of ten posts, with our code and with
// Apache's library, in processor time of the whole process. The cases take turns, and each one's best round counts.
const rounds = 15;
const repeats = 2_000;

const { readPosts } = PostStorageService.methods;
const posts = Array.from({ length: 10 }, (_, index) => post(BigInt(index)));
const writer = new ThriftWriter();

function post(number: bigint): Post {
  return {
    postId: 6_499_821_625_674_825_728n + number,
    creator: { userId: 100n + number, username: `username_${100n + number}` },
    reqId: 1_146_874_237_895_638_016n + number,
    // As long as the texts of the original workload.
    text: "The quick brown fox jumps over the lazy dog; ".repeat(8).slice(0, 256),
    userMentions: three((at) => ({ userId: at, username: `username_${at}` })),
    media: three((at) => ({ mediaId: 123_456_789_012_345_678n + at, mediaType: "png" })),
    urls: three((at) => ({
      shortenedUrl: `http://short-url/aBcDeFgHi${at}`,
      expandedUrl: `http://example.com/${"path".repeat(14)}${at}`,
    })),
    timestamp: 1_790_000_000_000n + number,
    postType: 0,
  };
}

function three<Item>(item: (at: bigint) => Item): Item[] {
  return [0n, 1n, 2n].map(item);
}

function encodeOurs(): Buffer {
  const begin = writer.beginFrame();
  writer.message("ReadPosts", messageKinds.reply, 1);
  readPosts.writeResult(writer, posts);
  writer.endFrame(begin);
  return writer.finish();
}

function decodeOurs(frame: Buffer): Post[] {
  const reader = new ThriftReader(frame.subarray(4));
  reader.message();
  return readPosts.readResult(reader);
}

// What Apache's generator would make of the result struct, with values as its users would hold them.
const idl = parseIdl(readFileSync(join(import.meta.dirname, "social.thrift"), "utf8"));
const listOfPosts = resultOf("ReadPosts");
const encodeApache = new Apache(idl).encoder(listOfPosts);
const decodeApache = new Apache(idl).decoder(listOfPosts);
const apachePosts = withInt64({ success: posts });

function resultOf(name: string): Field[] {
  const method = idl.services.flatMap((service) => service.methods).find((it) => it.name === name);
  if (!method?.result) throw new Error(`${name} has no result`);
  return [{ id: 0, name: "success", type: method.result, doc: undefined, line: 0 }];
}

const frame = encodeOurs();
const referee = () => encodeApache("ReadPosts", messageKinds.reply, apachePosts);
if (!referee().equals(frame)) throw new Error("the two disagree");
const cases: Readonly<Record<string, () => unknown>> = {
  "write, ours": encodeOurs,
  "write, Apache's": referee,
  "read, ours": () => decodeOurs(frame),
  "read, Apache's": () => decodeApache(frame),
};

const best = new Map(Object.keys(cases).map((name) => [name, Number.POSITIVE_INFINITY]));
for (let round = 0; round < rounds; round++) {
  for (const [name, work] of Object.entries(cases)) {
    const before = process.cpuUsage();
    for (let repeat = 0; repeat < repeats; repeat++) work();
    const { user, system } = process.cpuUsage(before);
    const microseconds = (user + system) / repeats;
    best.set(name, Math.min(best.get(name) ?? microseconds, microseconds));
  }
}
console.log(`${frame.byteLength} bytes`);
for (const [name, microseconds] of best) console.log(`${microseconds.toFixed(1)} µs  ${name}`);
const ratio = (work: string) =>
  ((best.get(`${work}, Apache's`) ?? 0) / (best.get(`${work}, ours`) ?? 1)).toFixed(1);
console.log(`Apache's costs ${ratio("write")} times as much to write, ${ratio("read")} to read`);
