import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import { insertAbsent } from "../seeding.ts";
import { hashOf, type StoredUser } from "./user.ts";

const usersMax = 501;

/** Brings `user-db` to its first state: 501 users. Running it again, or twice at once, changes nothing. */
export async function seedUser(mongo: Mongo, scope: CallScope): Promise<void> {
  const users = mongo.collection<StoredUser>("user");
  const documents = Array.from({ length: usersMax }, (_, i) => ({
    _id: `Cornell_${i}`,
    username: `Cornell_${i}`,
    password: hashOf(String(i).repeat(10)),
  }));
  await insertAbsent(users, "username", documents, scope);
  await users.ensureIndex({ username: 1 }, scope);
}
