import { randomBytes } from "node:crypto";
import type { HttpHandlers, Route } from "@faultline/rpc/http/route";
import type { Mongo } from "@faultline/stores/mongo";
import { servedRange } from "./byte-range.ts";
import { headersOf } from "./media-type.ts";
import { failuresOf, Refusal } from "./refusal.ts";
import { createUploads, fileBytesMax } from "./uploads.ts";

/** A picture or film as the original stores it, but for its bytes, which there are a string. */
export interface StoredMedia {
  readonly filename: string;
  readonly file: Buffer;
}

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
    if (!filename) throw new Refusal(400, "Incomplete arguments");
    const file = await media.findBytes({ filename }, "file", call);
    if (!file) throw new Refusal(404, "Not found");
    return servedRange(file, headers.range, headersOf(filename));
  };
  const routes: Route[] = [
    {
      ...anyVerb("/upload-media", "Upload media failure", upload),
      deadlineMs: 30_000,
      bodyBytesMax: fileBytesMax + multipartBytesMax,
    },
    { ...anyVerb("/get-media", "Get media failure", download), deadlineMs: 10_000 },
  ];
  return {
    routes,
    crossOrigin: (path) => routes.some((route) => path.startsWith(route.path)),
    renderError: failuresOf("Failure"),
  };
}

function anyVerb(path: string, attempt: string, handle: Route["handle"]): Route {
  const renderError = failuresOf(attempt);
  return {
    ...{ methods: "any", path, prefix: true, renderError },
    async handle(request, call) {
      try {
        return await handle(request, call);
      } catch (error) {
        // What a client has to put right is an answer like any other, and no failure of ours to record.
        if (error instanceof Refusal) return renderError(error);
        throw error;
      }
    },
  };
}

/** Nobody guesses it: who knows it was given it. */
function newMediaId(): bigint {
  return randomBytes(8).readBigUInt64BE() >> 1n;
}
