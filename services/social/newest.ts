import type { TimelineEntry } from "@faultline/thrift/social";

/** The newest of all these entries, each post once: the newest first, and of equals the one with the greatest id. */
export function mergeNewest(
  lists: readonly (readonly TimelineEntry[])[],
  size: number,
): TimelineEntry[] {
  const entries = new Map<bigint, TimelineEntry>();
  for (const list of lists) for (const entry of list) entries.set(entry.postId, entry);
  return [...entries.values()].sort(byAge).slice(0, size);
}

function byAge(a: TimelineEntry, b: TimelineEntry): number {
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp ? -1 : 1;
  if (a.postId === b.postId) return 0;
  return a.postId > b.postId ? -1 : 1;
}
