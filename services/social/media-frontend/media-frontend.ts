import { randomBytes } from "node:crypto";
import type { HttpHandlers, Route } from "@faultline/rpc/http/route";
import type { Mongo } from "@faultline/stores/mongo";
import { anyVerb, type Manner } from "../any-verb.ts";
import { failuresOf, incomplete, Refusal } from "../refusal.ts";
import { servedRange } from "./byte-range.ts";
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

/** The front door for pictures and films: takes them in, and gives them back exactly. */
export function createMediaFrontend(mongo: Mongo): HttpHandlers {
  const media = mongo.collection<StoredMedia>("media");
  const uploads = createUploads();
  const upload: Route["handle"] = async (request, call) => {
    const { file, type } = await uploads.read(request);
    const id = newMediaId();
    await media.insertMany([{ filename: `${id}.${type}`, file }], call, { durable: true });
    return { body: { media_id: String(id), media_type: type } };
  };
  const download: Route["handle"] = async ({ query, headers }, call) => {
    const filename = query.get("filename");
    if (!filename) throw incomplete();
    const file = await media.findBytes({ filename }, "file", call);
    if (!file) throw new Refusal(404, "Not found");
    return servedRange(file, headers.range, headersOf(filename));
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

/** Nobody guesses it: who knows it was given it. */
function newMediaId(): bigint {
  return randomBytes(8).readBigUInt64BE() >> 1n;
}
