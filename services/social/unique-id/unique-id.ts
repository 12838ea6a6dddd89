import type { UniqueIdServiceHandlers } from "@faultline/thrift/social";
import type { UniqueIds } from "../unique-ids.ts";

/** Gives posts their ids, which grow with time. What kind of post it is does not matter. */
export function createUniqueId(ids: UniqueIds): UniqueIdServiceHandlers {
  return {
    composeUniqueId: (_, call) => ids.next(call),
  };
}
