import type { CallScope } from "@faultline/rpc/call";
import type { HttpRequest } from "@faultline/rpc/http/route";
import type { Collection } from "@faultline/stores/mongo";
import type { StoredMedia } from "./media-frontend.ts";
import type { MediaClaim, MediaMemory } from "./media-memory.ts";
import { Turns } from "./turns.ts";
import { fileBytesMax } from "./uploads.ts";

/** How many files are read at once. Each claims the most that a file has: its size is known only afterwards. */
const loadsMax = 4;

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
  const turns = new Turns(loadsMax);

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
    const claim = memory.claim(fileBytesMax);
    try {
      const bytes = await media.findBytes({ filename }, "file", scope);
      claim.resize(bytes?.byteLength ?? 0);
      return bytes ? { bytes, claim, readers: 0 } : undefined;
    } catch (error) {
      claim.release();
      throw error;
    }
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
