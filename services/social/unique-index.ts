import type { CallScope } from "@faultline/rpc/call";
import type { Collection, Document } from "@faultline/stores/mongo";

/**
 * Makes sure that a field's values are unique. Answers whether they are: not where documents of old share one. A failure
 * is logged in the originals' words, and thrown.
 */
export async function ensureUnique<T extends Document>(
  collection: Collection<T>,
  field: string,
  scope: CallScope,
): Promise<boolean> {
  try {
    return await collection.ensureIndex({ [field]: 1 }, scope, { unique: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    scope.log.error(`Error in createIndexes: ${reason}`, { collection: collection.name, field });
    throw error;
  }
}
