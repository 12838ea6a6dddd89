import { unavailable } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import type { Cache } from "@faultline/stores/memcached";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import type { Mongo } from "@faultline/stores/mongo";
import { createMemoryMongo } from "@faultline/stores/mongo-memory";
import type { SocialGraphServiceClient, UserServiceClient } from "@faultline/thrift/social";
import type { StoredUser } from "../stored-user.ts";
import { createUniqueIds } from "../unique-ids.ts";
import { indexUsers } from "./registration.ts";
import { createUser, type UserParts } from "./user.ts";

export const secret = "secret";
export const atMs = 1_700_000_000_000;

/** A social graph that keeps whom it is told of, or fails. */
export function knownGraph(failing?: () => Error) {
  const userIds: bigint[] = [];
  const insertUser: SocialGraphServiceClient["insertUser"] = async ({ userId }) => {
    if (failing) throw failing();
    userIds.push(userId);
  };
  // The other methods are not for the service under test.
  return { graph: { insertUser } as SocialGraphServiceClient, userIds };
}

/** The handlers on stores in memory, with their indexes, unless told otherwise. */
export async function startedUser(parts: Partial<UserParts> = {}) {
  const mongo: Mongo = parts.mongo ?? createMemoryMongo();
  const cache: Cache = parts.cache ?? createMemoryCache();
  const ids = createUniqueIds({ machine: 0x5a3, now: () => 1_790_000_000_000 });
  const { graph, userIds } = knownGraph();
  await indexUsers(mongo, testCall());
  const handlers = createUser({ graph, ids, secret, now: () => atMs, ...parts, mongo, cache });
  return { handlers, mongo, cache, userIds };
}

/** What somebody called so says to register. */
export function registrationOf(username: string, password = `password of ${username}`) {
  return { reqId: 1n, firstName: "first", lastName: "last", username, password };
}

export function registerWithId(
  user: Pick<UserServiceClient, "registerUserWithId">,
  username: string,
  userId: bigint,
) {
  return user.registerUserWithId({ ...registrationOf(username), userId }, testCall());
}

/** The users in the database, without their `_id`s. */
export function storedUsers(mongo: Mongo, filter: object = {}): Promise<StoredUser[]> {
  const projection = { _id: 0 } as const;
  return mongo.collection<StoredUser>("user").find(filter, testCall(), { projection });
}

export function insertUsers(mongo: Mongo, ...users: readonly object[]): Promise<void> {
  return mongo.collection("user").insertMany(users, testCall());
}

export const salt = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
export const passwordHash = "3f73750f89e625b812091400b916fd589df9a2f87ae7311a61f82d10248258df";
/** No double holds it exactly. */
export const largeId = 6_499_821_625_674_825_729n;
/** A user whose password is `password_1`, as an original stores and caches one. */
export const original = { user_id: largeId, username: "username_1", salt, password: passwordHash };
export const originallyCached = `{"password":"${passwordHash}","salt":"${salt}","user_id":${largeId}}`;
export const rightLogin = { reqId: 1n, username: "username_1", password: "password_1" };

/** The exception of the contract for a name that nobody has. */
export function notRegistered(username: string, exceptionCode: number) {
  return { exceptionCode, message: `User: ${username} is not registered` };
}

function failing<Store extends object>(store: Store, ...operations: (keyof Store)[]): Store {
  const fail = () => Promise.reject(unavailable("it is gone"));
  return { ...store, ...Object.fromEntries(operations.map((operation) => [operation, fail])) };
}

/** A database that cannot be asked. */
export function unreachable(mongo: Mongo): Mongo {
  return { ...mongo, collection: (name) => failing(mongo.collection(name), "find", "findOne") };
}

/** A cache that cannot be asked. */
export function deadCache(): Cache {
  return failing(createMemoryCache(), "get", "getMany", "set", "add");
}

export async function mongoWith(...users: object[]) {
  const mongo = createMemoryMongo();
  await insertUsers(mongo, ...users);
  return mongo;
}
