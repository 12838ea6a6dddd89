import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import type { Collection, Mongo } from "@faultline/stores/mongo";
import {
  ErrorCode,
  type SocialGraphServiceClient,
  serviceException,
} from "@faultline/thrift/social";
import { ofCallee } from "../callee-failures.ts";
import { isDuplicate, ofMongo } from "../store-failures.ts";
import type { StoredUser } from "../stored-user.ts";
import { ensureUnique } from "../unique-index.ts";
import { drawSalt, hashOf } from "./passwords.ts";
import { assertShort } from "./short-names.ts";

/** Who wants to be a user. */
export interface Registration {
  readonly reqId: bigint;
  readonly userId: bigint;
  readonly firstName: string;
  readonly lastName: string;
  readonly username: string;
  readonly password: string;
}

/** As much as a password, or a name that nobody posts under, may have: more than any front door lets in. */
const textBytesMax = 16_384;
/** As many of the names that several users have as a line of the log tells. */
const toldNamesMax = 10;

const socialGraph = {
  name: "social-graph-service",
  failureTexts: ["Failed to insert user to social-graph-service"],
};

/**
 * Registers a user. The user's own document comes last, and commits: until then nobody sees anything of it, and what a
 * failure leaves behind is an empty list of followers, which a second try finds and is content with.
 *
 * Answers why, if somebody else has the id; throws if the registration failed otherwise.
 */
export async function register(
  { reqId, ...wanted }: Registration,
  {
    users,
    graph,
  }: { readonly users: Collection<StoredUser>; readonly graph: SocialGraphServiceClient },
  call: CallScope,
): Promise<Error | undefined> {
  assertNames(wanted);
  if (await isRegistered(wanted.username, users, call)) throw alreadyExisted(wanted.username);

  const insertion = graph.insertUser({ reqId, userId: wanted.userId }, call);
  await ofCallee(insertion, socialGraph, call);
  try {
    await ofMongo(users.insertMany([documentOf(wanted)], call, { durable: true }));
    return undefined;
  } catch (error) {
    // That the time is over is no exception of the contract.
    if (!(error instanceof ServiceError) || error.exceptionCode === undefined) throw error;
    if (!isDuplicate(error.cause)) throw insertFailure(wanted.username, error);
    // Of two who register the same name at once one gets here.
    if (await isRegistered(wanted.username, users, call)) throw alreadyExisted(wanted.username);
    return insertFailure(wanted.username, error);
  }
}

/**
 * The original's index of ids, and one of names. Where an original let two users have one name there can be no such
 * index: that is told in the log, and names are only as unique as in the original.
 */
export async function indexUsers(mongo: Mongo, scope: CallScope): Promise<void> {
  const users = mongo.collection<StoredUser>("user");
  await ensureUnique(users, "user_id", scope);
  if (await ensureUnique(users, "username", scope)) return;
  const usernames = await sharedNames(users, scope);
  scope.log.warn("usernames not made unique", { usernames });
}

/** Names that several users have, or a few of them. */
async function sharedNames(users: Collection<StoredUser>, scope: CallScope): Promise<unknown[]> {
  const groups = await users.aggregate<{ _id: unknown }>(
    [
      { $group: { _id: "$username", users: { $sum: 1 } } },
      { $match: { users: { $gt: 1 } } },
      { $limit: toldNamesMax },
    ],
    scope,
  );
  return groups.map(({ _id }) => _id);
}

async function isRegistered(
  username: string,
  users: Collection<StoredUser>,
  scope: CallScope,
): Promise<boolean> {
  const projection = { username: 1 } as const;
  return (await ofMongo(users.findOne({ username }, scope, { projection }))) !== null;
}

function documentOf(wanted: Omit<Registration, "reqId">): StoredUser {
  const salt = drawSalt();
  return {
    user_id: wanted.userId,
    first_name: wanted.firstName,
    last_name: wanted.lastName,
    username: wanted.username,
    salt,
    password: hashOf(wanted.password, salt),
  };
}

/** The originals cut a name at NUL, so that one user could be taken for another. */
function assertNames({
  firstName,
  lastName,
  username,
  password,
}: Omit<Registration, "reqId">): void {
  const names = [firstName, lastName, username];
  if (names.some((name) => name.includes("\0"))) throw refused("a name must not contain NUL");
  assertShort(username);
  if ([...names, password].some((text) => Buffer.byteLength(text) > textBytesMax))
    throw refused(`names and passwords have at most ${textBytesMax} bytes`);
}

function refused(text: string): Error {
  return serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
}

function alreadyExisted(username: string): Error {
  return refused(`User ${username} already existed`);
}

function insertFailure(username: string, cause: Error): Error {
  const text = `Failed to insert user ${username} to MongoDB: ${cause.message}`;
  return serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text, { cause });
}
