import type { CallScope } from "@faultline/rpc/call";
import { type Cache, isLegalKey } from "@faultline/stores/memcached";
import type { Collection, Document } from "@faultline/stores/mongo";
import { isOver } from "@faultline/stores/within-scope";
import { ErrorCode, serviceException } from "@faultline/thrift/social";
import { ofMongo } from "../store-failures.ts";
import { parseUserId, type StoredUser, userIdOf } from "../stored-user.ts";
import { notRegistered } from "./not-registered.ts";

/** What is known of a user who wants to log in. */
export interface Credentials {
  readonly userId: bigint;
  readonly salt: string;
  /** The hash of the password and the salt. */
  readonly password: string;
}

/** What was found, and a way to have it found faster the next time. */
export interface FoundCredentials extends Credentials {
  /** Puts them into the cache if they are not from there. Only for those that somebody has logged in with. */
  keep(scope: CallScope): Promise<void>;
}

export type FindCredentials = (username: string, scope: CallScope) => Promise<FoundCredentials>;

/** They are secrets of a kind, so they do not stay for ever where everybody on the network may read. */
const cacheTtlS = 600;

/** Finds credentials in the cache or the database. That the cache fails is seen in its spans, and harms nobody. */
export function findingCredentials(users: Collection<StoredUser>, cache: Cache): FindCredentials {
  return async (username, scope) => {
    const key = `${username}:login`;
    const { answered, found } = await lookUp(cache, key, scope);
    if (found) return { ...found, keep: async () => {} };

    const credentials = await load(users, username, scope);
    return {
      ...credentials,
      async keep(keeping) {
        if (answered)
          await tolerated(
            cache.set(key, encode(credentials), keeping, { ttlS: cacheTtlS }),
            keeping,
          );
      },
    };
  };
}

interface LookedUp {
  /** Whether the cache could be asked; one that could not is not written either. */
  readonly answered: boolean;
  readonly found?: Credentials | undefined;
}

async function lookUp(cache: Cache, key: string, scope: CallScope): Promise<LookedUp> {
  if (!isLegalKey(key)) return { answered: false };
  const looked = cache.get(key, scope).then((entry): LookedUp => {
    return { answered: true, found: entry && decode(entry) };
  });
  return (await tolerated(looked, scope)) ?? { answered: false };
}

/** Waits for the cache; undefined if it fails. Throws only when the scope has ended. */
async function tolerated<Result>(
  work: Promise<Result>,
  scope: CallScope,
): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isOver(scope)) throw error;
    return undefined;
  }
}

async function load(
  users: Collection<StoredUser>,
  username: string,
  scope: CallScope,
): Promise<Credentials> {
  const user = await ofMongo(users.findOne({ username }, scope));
  if (!user) throw notRegistered(username, ErrorCode.SE_UNAUTHORIZED);
  const credentials = credentialsOf(user, userIdOf(user));
  if (credentials) return credentials;
  const text = `user: ${username} entry is NOT complete`;
  throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
}

/** As the originals write it: JSON whose id is a number, however large. */
function encode({ password, salt, userId }: Credentials): string {
  const [hash, salted] = [password, salt].map((text) => JSON.stringify(text));
  return `{"password":${hash},"salt":${salted},"user_id":${userId}}`;
}

/** What this or an original has cached; undefined if it cannot be read. */
function decode(bytes: Buffer): Credentials | undefined {
  const text = bytes.toString();
  // A number beyond 2^53 would be rounded; the texts before it can hold no such field, as quotes in them are escaped.
  const [, id = ""] = /"user_id"\s*:\s*(-?\d+)/.exec(text) ?? [];
  try {
    return credentialsOf(JSON.parse(text), parseUserId(id));
  } catch {
    // An entry that nobody can read is a miss, and written anew.
    return undefined;
  }
}

function credentialsOf(
  fields: Document | null,
  userId: bigint | undefined,
): Credentials | undefined {
  const { salt, password } = fields ?? {};
  if (typeof salt !== "string" || typeof password !== "string") return undefined;
  return userId === undefined ? undefined : { userId, salt, password };
}
