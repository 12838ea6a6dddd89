import type { Document } from "@faultline/stores/mongo";

/** A document of `user.user`, which the services `user` and `user-mention` share, with each other and the originals. */
export interface StoredUser extends Document {
  readonly user_id: bigint;
  readonly first_name: string;
  readonly last_name: string;
  readonly username: string;
  readonly salt: string;
  /** The lower-case hex SHA-256 of the password followed by the salt. */
  readonly password: string;
}

/** Where memcached has a user's id. */
export function userIdKey(username: string): string {
  return `${username}:user_id`;
}

/** How long memcached has it, in seconds. Users keep their ids; entries go so that those nobody asks for do not stay for ever. */
export const userIdTtlS = 3_600;

/** The id that memcached has, in decimal; undefined if it is none. */
export function decodeUserId(bytes: Buffer): bigint | undefined {
  return parseUserId(bytes.toString("latin1"));
}

/** The id that a text is, in decimal; undefined if it is none. */
export function parseUserId(text: string): bigint | undefined {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const id = BigInt(text);
  return BigInt.asIntN(64, id) === id ? id : undefined;
}

/** The id in a document; undefined if there is none. Whoever wrote it small is forgiven. */
export function userIdOf({ user_id: id }: Document): bigint | undefined {
  if (typeof id === "bigint") return id;
  return typeof id === "number" && Number.isSafeInteger(id) ? BigInt(id) : undefined;
}
