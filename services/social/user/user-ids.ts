import type { CallScope } from "@faultline/rpc/call";
import { cachedMany } from "@faultline/stores/cached";
import type { Cache } from "@faultline/stores/memcached";
import type { Collection } from "@faultline/stores/mongo";
import { ErrorCode, serviceException } from "@faultline/thrift/social";
import { ofMongo } from "../store-failures.ts";
import { decodeUserId, type StoredUser, userIdKey, userIdOf, userIdTtlS } from "../stored-user.ts";
import { notRegistered } from "./not-registered.ts";

/** Answers the id of a user; throws the contract's exception if nobody has the name. */
export type UserIds = (username: string, scope: CallScope) => Promise<bigint>;

/** Looks up the ids of users through the cache, which may fail and may have forgotten. */
export function createUserIds(users: Collection<StoredUser>, cache: Cache): UserIds {
  const idsOf = cachedMany<bigint>({
    cache,
    keyOf: userIdKey,
    decode: decodeUserId,
    encode: String,
    load: ([username = ""], scope) => load(users, username, scope),
    ttlS: userIdTtlS,
  });
  return async (username, scope) => {
    const id = (await idsOf([username], scope)).get(username);
    if (id === undefined) throw notRegistered(username, ErrorCode.SE_THRIFT_HANDLER_ERROR);
    return id;
  };
}

async function load(
  users: Collection<StoredUser>,
  username: string,
  scope: CallScope,
): Promise<Map<string, bigint>> {
  const projection = { user_id: 1 } as const;
  const user = await ofMongo(users.findOne({ username }, scope, { projection }));
  if (!user) return new Map();
  const id = userIdOf(user);
  if (id !== undefined) return new Map([[username, id]]);
  const text = `user_id attribute of user: ${username} was not found in the User object`;
  throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
}
