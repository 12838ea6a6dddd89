import { type FSWatcher, readFileSync, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** How often the file is looked at where the system tells nothing, as with mounted directories. */
const lookEveryMs = 500;

/**
 * Calls back with a file's text, now if it is there and then soon after each change; undefined when it has gone.
 * Returns what ends the watching. Neither keeps the process alive.
 */
export function watchFile(path: string, onText: (text: string | undefined) => void): () => void {
  let seen = "";
  const look = () => {
    const state = stateOf(path);
    if (state === seen) return;
    seen = state;
    onText(textOf(path));
  };
  look();
  const timer = setInterval(look, lookEveryMs).unref();
  const watcher = watchDirectory(path, look);
  return () => {
    clearInterval(timer);
    watcher?.close();
  };
}

/** The directory, as a file that is replaced is another file; undefined where that is not possible. */
function watchDirectory(path: string, look: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
      if (file === null || file === basename(path)) look();
    });
    // Looking every now and then goes on.
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    // No such directory yet, or too many watchers: looking every now and then is enough.
    return undefined;
  }
}

/** Differs for every version of the file. */
function stateOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeNs}` : "";
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It has gone in this moment; if it comes back it is seen.
    return undefined;
  }
}
