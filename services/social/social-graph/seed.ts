import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import { ensureUnique } from "../unique-index.ts";
import { collectionName, type GraphDocument } from "./graph-document.ts";

/** Makes the indexes: the original's, and two that find changes which are pending, by time and by whom they concern. */
export async function seedSocialGraph(mongo: Mongo, scope: CallScope): Promise<void> {
  const documents = mongo.collection<GraphDocument>(collectionName);
  await ensureUnique(documents, "user_id", scope);
  await documents.ensureIndex({ "pending.at": 1 }, scope, { sparse: true });
  await documents.ensureIndex({ "pending.user_id": 1 }, scope, { sparse: true });
}
