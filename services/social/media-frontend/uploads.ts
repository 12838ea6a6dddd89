import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyHeaders } from "@fastify/busboy";
import { ServiceError } from "@faultline/rpc/errors";
import type { HttpRequest } from "@faultline/rpc/http/route";
import { mediaTypeMax } from "../limits.ts";
import { badRequest, incomplete, Refusal } from "../refusal.ts";
import type { MediaClaim, MediaMemory } from "./media-memory.ts";

/** A document of MongoDB has 16 MiB, with its other fields. */
export const fileBytesMax = 16_777_216 - 16_384;

/** A file is there as it came, and as it goes to the database. */
const copiesOfUpload = 2;

export interface Upload {
  readonly file: Buffer;
  /** The ending of its name, which says what it is. */
  readonly type: string;
}

/** Reads what browsers send; all of it shares the room there is. */
export interface Uploads {
  /**
   * Has an upload stored, and answers what `store` does. Throws a `Refusal`: 400 for what is no upload, 413 for a file
   * too large, 503 while there is no room.
   */
  take<T>(request: HttpRequest, store: (upload: Upload) => Promise<T>): Promise<T>;
}

export function createUploads(memory: MediaMemory): Uploads {
  return {
    async take(request, store) {
      const claim = memory.claim(0);
      try {
        return await store(await receive(request, claim));
      } finally {
        claim.release();
      }
    },
  };
}

async function receive({ headers, pieces }: HttpRequest, claim: MediaClaim): Promise<Upload> {
  const parts = new Parts(claim);
  const parser = parserFor(headers as BusboyHeaders);
  parser.on("file", (_field, file, filename) => {
    parts.begin(filename);
    file.on("data", (chunk: Buffer) => {
      try {
        parts.add(chunk);
      } catch (refusal) {
        parser.destroy(refusal as Refusal);
      }
    });
    // The parser fails with it, which is what is told.
    file.on("error", () => {});
  });
  try {
    await pipeline(pieces, parser);
  } catch (cause) {
    throw cause instanceof ServiceError ? cause : malformed(cause);
  }
  return parts.finished();
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
  readonly #chunks: Buffer[] = [];
  readonly #claim: MediaClaim;
  #bytes = 0;
  #filename = "";

  constructor(claim: MediaClaim) {
    this.#claim = claim;
  }

  begin(filename: string | undefined): void {
    if (filename) this.#filename = filename;
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > fileBytesMax) throw new Refusal(413, "413 content too large");
    this.#claim.resize(this.#bytes * copiesOfUpload);
    this.#chunks.push(chunk);
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
