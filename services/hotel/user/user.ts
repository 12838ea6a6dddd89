import { createHash, timingSafeEqual } from "node:crypto";
import type { UserHandlers } from "@faultline/proto/hotel";
import type { CallScope } from "@faultline/rpc/call";
import type { Document, Mongo } from "@faultline/stores/mongo";
import { textOf } from "../stored-values.ts";

/** A document of `user-db.user`; `password` is the lower-case hex SHA-256 of the clear one. */
export interface StoredUser extends Document {
  readonly username: string;
  readonly password: string;
}

/**
 * Knows who may log in. The users are read once, when the service starts, as in the original. Throws if they
 * cannot be read.
 */
export async function createUser(mongo: Mongo, scope: CallScope): Promise<UserHandlers> {
  const users = await mongo.collection<StoredUser>("user").find({}, scope);
  const hashes = new Map(users.map((user) => [textOf(user.username), textOf(user.password)]));

  return {
    async checkUser({ username, password }) {
      // Unknown users are compared as well, so that the time taken does not tell who exists.
      const stored = hashes.get(username);
      const correct = isSame(hashOf(password), stored ?? hashOf(""));
      return { correct: correct && stored !== undefined };
    },
  };
}

/** The form in which a password is stored: what the originals store, so that either reads the other's data. */
export function hashOf(password: string): string {
  return createHash("sha256").update(password).digest("hex");
}

function isSame(hash: string, stored: string): boolean {
  const given = Buffer.from(hash);
  const expected = Buffer.from(stored);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
