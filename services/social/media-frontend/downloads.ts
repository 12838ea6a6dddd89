import { type CallScope, onOurOwn } from "@faultline/rpc/call";
import type { HttpRequest } from "@faultline/rpc/http/route";
import type { Collection } from "@faultline/stores/mongo";
import { throwIfOver, withinScope } from "@faultline/stores/within-scope";
import { Refusal } from "../refusal.ts";
import { Turns } from "../turns.ts";
import type { StoredMedia } from "./media-frontend.ts";
import type { MediaClaim, MediaMemory } from "./media-memory.ts";

/** How many files are read at once, and may wait for that: their size is known, and counts, only afterwards. */
const loadsMax = 4;
const waitingMax = 1_000;
/** How long one file may wait and take, whoever still waits for it. */
const loadLimitMs = 30_000;

/** A file in memory, or on its way there: one for all who have asked for it and have not been answered. */
interface SharedFile {
  readonly bytes: Promise<Buffer | undefined>;
  readonly abandoned: AbortController;
  claim?: MediaClaim;
  readers: number;
}

/** Reads files, and has them in memory until everybody who asked has been sent them. */
export interface Downloads {
  /** The bytes of a file, undefined if there is none. Throws a `Refusal` with 503 while there is no room for it. */
  read(
    filename: string,
    request: Pick<HttpRequest, "whenAnswered">,
    scope: CallScope,
  ): Promise<Buffer | undefined>;
}

export function createDownloads(
  media: Pick<Collection<StoredMedia>, "findBytes">,
  memory: MediaMemory,
): Downloads {
  const files = new Map<string, SharedFile>();
  const turns = new Turns({
    ...{ atOnceMax: loadsMax, waitingMax },
    tooMany: () => new Refusal(503, "Too many requests at once"),
  });

  return {
    async read(filename, request, scope) {
      const file = files.get(filename) ?? begin(filename, scope);
      file.readers++;
      request.whenAnswered(() => leave(filename, file));
      return withinScope(file.bytes, scope);
    },
  };

  function begin(filename: string, scope: CallScope): SharedFile {
    const abandoned = new AbortController();
    const ours = onOurOwn(scope, loadLimitMs, abandoned.signal);
    const bytes = turns.take(ours, async () => {
      const found = (await media.findBytes({ filename }, "file", ours)) ?? undefined;
      // Once everybody has left nobody gives the room back.
      throwIfOver(ours);
      if (found) file.claim = memory.claim(found.byteLength);
      return found;
    });
    const file: SharedFile = { bytes, abandoned, readers: 0 };
    files.set(filename, file);
    const forget = () => drop(filename, file);
    // What was not there, or could not be read, is asked for again by who comes next.
    bytes.then((found) => found ?? forget(), forget);
    return file;
  }

  function leave(filename: string, file: SharedFile): void {
    if (--file.readers > 0) return;
    file.abandoned.abort();
    file.claim?.release();
    drop(filename, file);
  }

  function drop(filename: string, file: SharedFile): void {
    if (files.get(filename) === file) files.delete(filename);
  }
}
