import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";

/** Files are looked for by their names, so there is an index of these. */
export async function seedMedia(mongo: Mongo, scope: CallScope): Promise<void> {
  await mongo.collection("media").ensureIndex({ filename: 1 }, scope);
}
