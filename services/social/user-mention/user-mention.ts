import type { CallScope } from "@faultline/rpc/call";
import { cachedMany } from "@faultline/stores/cached";
import type { Cache } from "@faultline/stores/memcached";
import type { Collection, Mongo } from "@faultline/stores/mongo";
import {
  ErrorCode,
  serviceException,
  type UserMentionServiceHandlers,
} from "@faultline/thrift/social";
import { ofMongo } from "../store-failures.ts";
import { decodeUserId, type StoredUser, userIdKey, userIdOf, userIdTtlS } from "../stored-user.ts";

/** As many names as one call may be about: as many as a text has room for. */
const usernamesMax = 32_768;

/** Tells which of the names that a text mentions are users, from the stores of the service `user`. */
export function createUserMention(mongo: Mongo, cache: Cache): UserMentionServiceHandlers {
  const users = mongo.collection<StoredUser>("user");
  const idsOf = cachedMany<bigint>({
    cache,
    keyOf: userIdKey,
    decode: decodeUserId,
    encode: String,
    load: (usernames, scope) => load(users, usernames, scope),
    ttlS: userIdTtlS,
  });
  return {
    async composeUserMentions({ usernames }, call) {
      if (usernames.length > usernamesMax) throw tooMany();
      if (usernames.length === 0) return [];
      const ids = await idsOf(usernames, call);
      return [...ids].map(([username, userId]) => ({ userId, username }));
    },
  };
}

async function load(
  users: Collection<StoredUser>,
  usernames: readonly string[],
  scope: CallScope,
): Promise<Map<string, bigint>> {
  const projection = { user_id: 1, username: 1 } as const;
  const found = await ofMongo(users.find({ username: { $in: usernames } }, scope, { projection }));
  const ids = new Map<string, bigint>();
  for (const user of found) {
    const id = userIdOf(user);
    if (id === undefined) throw incomplete();
    // Of users that an original registered twice the first counts, as for everybody else.
    if (!ids.has(user.username)) ids.set(user.username, id);
  }
  return ids;
}

function incomplete(): Error {
  const text = "Attribute of MongoDB item is not complete";
  return serviceException(ErrorCode.SE_MONGODB_ERROR, text);
}

function tooMany(): Error {
  const text = `at most ${usernamesMax} names at once`;
  return serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
}
