import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyHeaders } from "@fastify/busboy";
import { ServiceError } from "@faultline/rpc/errors";
import type { HttpRequest } from "@faultline/rpc/http/route";
import { mediaTypeMax } from "../limits.ts";
import { badRequest, incomplete, Refusal } from "../refusal.ts";

/** A document of MongoDB has 16 MiB, with its other fields. */
export const fileBytesMax = 16_777_216 - 16_384;
/** How much of unfinished uploads is in memory at once. */
const unfinishedBytesMax = 134_217_728;

export interface Upload {
  readonly file: Buffer;
  /** The ending of its name, which says what it is. */
  readonly type: string;
}

/** Reads what browsers send; all of its readings share the room there is. */
export interface Uploads {
  /** Throws a `Refusal`: 400 for what is no upload, 413 for a file too large, 503 while there is no room. */
  read(request: HttpRequest): Promise<Upload>;
}

export function createUploads(bytesMax = unfinishedBytesMax): Uploads {
  let unfinishedBytes = 0;
  return {
    async read(request) {
      const parts = new Parts((bytes) => {
        unfinishedBytes += bytes;
        return unfinishedBytes <= bytesMax;
      });
      try {
        await receive(request, parts);
        return parts.finished();
      } finally {
        unfinishedBytes -= parts.bytes;
      }
    },
  };
}

async function receive({ headers, pieces }: HttpRequest, parts: Parts): Promise<void> {
  const parser = parserFor(headers as BusboyHeaders);
  parser.on("file", (_field, file, filename) => {
    parts.begin(filename);
    file.on("data", (chunk: Buffer) => {
      const refusal = parts.add(chunk);
      if (refusal) parser.destroy(refusal);
    });
    // The parser fails with it, which is what is told.
    file.on("error", () => {});
  });
  try {
    await pipeline(pieces, parser);
  } catch (cause) {
    throw cause instanceof ServiceError ? cause : malformed(cause);
  }
}

function parserFor(headers: BusboyHeaders) {
  try {
    return new Busboy({ headers, limits: { parts: 100, headerPairs: 20, headerSize: 8_192 } });
  } catch (cause) {
    throw malformed(cause);
  }
}

function malformed(cause: unknown): Refusal {
  return badRequest("not an upload of multipart/form-data", { cause });
}

/** The files of an upload, which are one to the original: their bytes one after the other, the last one's name. */
class Parts {
  bytes = 0;
  readonly #chunks: Buffer[] = [];
  readonly #claim: (bytes: number) => boolean;
  #filename = "";

  constructor(claim: (bytes: number) => boolean) {
    this.#claim = claim;
  }

  begin(filename: string | undefined): void {
    if (filename) this.#filename = filename;
  }

  /** Why it must not go on, if it must not. */
  add(chunk: Buffer): Refusal | undefined {
    this.bytes += chunk.byteLength;
    const hasRoom = this.#claim(chunk.byteLength);
    if (this.bytes > fileBytesMax) return new Refusal(413, "413 content too large");
    if (!hasRoom) return new Refusal(503, "Too many uploads at once, please try again");
    this.#chunks.push(chunk);
    return undefined;
  }

  finished(): Upload {
    const name = this.#filename.replace(/\.+$/, "");
    const type = name.slice(name.lastIndexOf(".") + 1);
    if (type === "") throw incomplete();
    if (type.length > mediaTypeMax || /[\p{Cc}/\\]/u.test(type)) {
      throw badRequest("the file's name has no usable ending");
    }
    return { file: Buffer.concat(this.#chunks), type };
  }
}
