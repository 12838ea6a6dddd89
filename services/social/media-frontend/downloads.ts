import type { CallScope } from "@faultline/rpc/call";
import type { HttpRequest } from "@faultline/rpc/http/route";
import type { Collection } from "@faultline/stores/mongo";
import { Refusal } from "../refusal.ts";
import { Turns } from "../turns.ts";
import type { StoredMedia } from "./media-frontend.ts";
import type { MediaClaim, MediaMemory } from "./media-memory.ts";

/** How many files are read at once, and may wait for that: their size is known, and counts, only afterwards. */
const loadsMax = 4;
const waitingMax = 1_000;

/** A file in memory, one for all who are sent it at the time. */
interface SharedFile {
  readonly bytes: Buffer;
  readonly claim: MediaClaim;
  readers: number;
}

/** Reads files, and has them in memory until everybody who asked has been sent them. */
export interface Downloads {
  /** The bytes of a file, undefined if there is none. Throws a `Refusal` with 503 while there is no room for it. */
  read(filename: string, request: HttpRequest, scope: CallScope): Promise<Buffer | undefined>;
}

export function createDownloads(media: Collection<StoredMedia>, memory: MediaMemory): Downloads {
  const files = new Map<string, SharedFile>();
  const turns = new Turns({
    ...{ atOnceMax: loadsMax, waitingMax },
    tooMany: () => new Refusal(503, "Too many requests at once"),
  });

  return {
    async read(filename, request, scope) {
      const file = files.get(filename);
      if (file) return lend(file, filename, request);
      return turns.take(scope, async () => {
        const loaded = files.get(filename) ?? (await load(filename, scope));
        return loaded && lend(loaded, filename, request);
      });
    },
  };

  async function load(filename: string, scope: CallScope): Promise<SharedFile | undefined> {
    const bytes = await media.findBytes({ filename }, "file", scope);
    return bytes ? { bytes, claim: memory.claim(bytes.byteLength), readers: 0 } : undefined;
  }

  function lend(file: SharedFile, filename: string, request: HttpRequest): Buffer {
    files.set(filename, file);
    file.readers++;
    request.whenAnswered(() => {
      if (--file.readers > 0) return;
      file.claim.release();
      if (files.get(filename) === file) files.delete(filename);
    });
    return file.bytes;
  }
}
