import { randomBytes } from "node:crypto";
import type { HttpHandlers, Route } from "@faultline/rpc/http/route";
import type { Mongo } from "@faultline/stores/mongo";
import { anyVerb, type Manner } from "../any-verb.ts";
import { failuresOf, incomplete, Refusal } from "../refusal.ts";
import { servedRange } from "./byte-range.ts";
import { createDownloads } from "./downloads.ts";
import { MediaMemory } from "./media-memory.ts";
import { headersOf } from "./media-type.ts";
import { createUploads, fileBytesMax } from "./uploads.ts";

/** A picture or film as the original stores it, but for its bytes, which there are a string. */
export interface StoredMedia {
  readonly filename: string;
  readonly file: Buffer;
}

const textType = "text/plain; charset=utf-8";
/** Room in a body for what goes around a file. */
const multipartBytesMax = 65_536;

export interface MediaFrontendOptions {
  readonly memory?: MediaMemory;
  /** How long a client may take to receive so many bytes. */
  readonly sendMs?: (bytes: number) => number;
}

/** The front door for pictures and films: takes them in, and gives them back exactly. */
export function createMediaFrontend(
  mongo: Mongo,
  { memory = new MediaMemory(), sendMs = slowestSendMs }: MediaFrontendOptions = {},
): HttpHandlers {
  const media = mongo.collection<StoredMedia>("media");
  const uploads = createUploads(memory);
  const downloads = createDownloads(media, memory);
  const upload: Route["handle"] = (request, call) =>
    uploads.take(request, async ({ file, type }) => {
      const id = newMediaId();
      await media.insertMany([{ filename: `${id}.${type}`, file }], call, { durable: true });
      return { body: { media_id: String(id), media_type: type } };
    });
  const download: Route["handle"] = async (request, call) => {
    const filename = request.query.get("filename");
    if (!filename) throw incomplete();
    const file = await downloads.read(filename, request, call);
    if (!file) throw new Refusal(404, "Not found");
    const answer = servedRange(file, request.headers.range, headersOf(filename));
    return { ...answer, sendMs: sendMs(Buffer.byteLength(answer.body)) };
  };
  const routes: Route[] = [
    {
      ...anyVerb(at("/upload-media", "Upload media failure"), upload),
      deadlineMs: 30_000,
      bodyBytesMax: fileBytesMax + multipartBytesMax,
    },
    { ...anyVerb(at("/get-media", "Get media failure"), download), deadlineMs: 10_000 },
  ];
  return {
    routes,
    crossOrigin: (path) => routes.some((route) => path.startsWith(route.path)),
    renderError: failuresOf("Failure", textType),
  };
}

function at(path: string, attempt: string): Manner {
  return { path, attempt, textType };
}

/** Half a minute, and a second for each 128 KiB: who is slower takes the room of others. */
function slowestSendMs(bytes: number): number {
  return 30_000 + bytes / 131.072;
}

/** Nobody guesses it: who knows it was given it. */
function newMediaId(): bigint {
  return randomBytes(8).readBigUInt64BE() >> 1n;
}
