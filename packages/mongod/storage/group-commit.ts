/**
 * Lets many callers share few flushes. Each call resolves after a run of `sync` that began
 * after the call; runs never overlap, and all calls that come during one share the next.
 */
export function groupCommit(sync: () => Promise<void>): () => Promise<void> {
  let latest: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  const begin = () => {
    waiting = undefined;
    return sync();
  };
  return () => {
    if (waiting === undefined) latest = waiting = latest.then(begin, begin);
    return waiting;
  };
}
