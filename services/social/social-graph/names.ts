import type { CallScope } from "@faultline/rpc/call";
import type { FollowWithUsernameRequest, UserServiceClient } from "@faultline/thrift/social";
import type { Pair } from "./graph-document.ts";

/**
 * Asks for the ids of both names at once. Undefined if one of them is negative, which nobody's is. Throws what the
 * user service says; of two unknown names the follower's is reported.
 */
export async function resolveNames(
  users: UserServiceClient,
  { reqId, userUsernmae, followeeUsername }: FollowWithUsernameRequest,
  scope: CallScope,
): Promise<Pair | undefined> {
  const [user, followee] = await Promise.allSettled([
    users.getUserId({ reqId, username: userUsernmae }, scope),
    users.getUserId({ reqId, username: followeeUsername }, scope),
  ]);
  if (user.status === "rejected") throw user.reason;
  if (followee.status === "rejected") throw followee.reason;
  if (user.value < 0n || followee.value < 0n) return undefined;
  return { user: user.value, followee: followee.value };
}
