import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import { collectionName, type GraphDocument } from "./graph-document.ts";

/** Makes the indexes: the original's, and one that finds interrupted changes. */
export async function seedSocialGraph(mongo: Mongo, scope: CallScope): Promise<void> {
  const documents = mongo.collection<GraphDocument>(collectionName);
  await documents.ensureIndex({ user_id: 1 }, scope, { unique: true });
  await documents.ensureIndex({ "pending.at": 1 }, scope, { sparse: true });
}
