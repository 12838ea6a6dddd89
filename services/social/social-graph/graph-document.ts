import type { Document } from "@faultline/stores/mongo";

/** Who, and since when in milliseconds since 1970. */
export interface Edge {
  readonly user_id: bigint;
  readonly timestamp: bigint;
}

/** A change of `followees` that the other user's document may not know of yet. The originals ignore it. */
export interface PendingChange {
  readonly user_id: bigint;
  readonly token: string;
  /** When it was made, in milliseconds since 1970. */
  readonly at: bigint;
}

/** What is stored of a user. Only the first three fields are the originals'. */
export interface GraphDocument extends Document {
  readonly user_id: bigint;
  readonly followers?: readonly Edge[];
  readonly followees?: readonly Edge[];
  readonly pending?: readonly PendingChange[];
  /** How often `followers` was brought up to date, apart for groups of followers. */
  readonly fences?: Readonly<Record<string, number>>;
}

/** Somebody who follows or not, and the other one. */
export interface Pair {
  readonly user: bigint;
  readonly followee: bigint;
}

export const collectionName = "social-graph";

/** The edges of a list by time, and at the same time by the bytes of the id, as Redis sorts them. */
export function inOrder(edges: readonly Edge[] | undefined): Edge[] {
  const sound = (edges ?? []).flatMap((edge) => {
    const id = int64(edge.user_id);
    const timestamp = int64(edge.timestamp);
    return id === undefined || timestamp === undefined ? [] : [{ user_id: id, timestamp }];
  });
  return sound.sort(byTimeThenId);
}

function byTimeThenId(a: Edge, b: Edge): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1;
  // Digits and the minus sign are ASCII, so that the order of code units is that of bytes.
  const [left, right] = [String(a.user_id), String(b.user_id)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A whole number, of whatever type another program stored it. */
export function int64(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  return Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
}
