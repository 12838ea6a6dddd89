import type { CallScope } from "@faultline/rpc/call";
import type { FollowWithUsernameRequest, UserServiceClient } from "@faultline/thrift/social";
import { ofCallee } from "../callee-failures.ts";
import type { Pair } from "./graph-document.ts";

/** The originals call the pool by the wrong name. */
const userService = {
  name: "social-graph-service",
  failureTexts: ["Failed to get user_id from user-service"],
};

/**
 * Asks for the ids of both names at once. Undefined if one of them is negative, which nobody's is. Throws what the
 * user service says; of two unknown names the follower's is reported.
 */
export async function resolveNames(
  users: UserServiceClient,
  { reqId, userUsernmae, followeeUsername }: FollowWithUsernameRequest,
  scope: CallScope,
): Promise<Pair | undefined> {
  const idOf = (username: string) =>
    ofCallee(users.getUserId({ reqId, username }, scope), userService, scope);
  const [user, followee] = await Promise.allSettled([idOf(userUsernmae), idOf(followeeUsername)]);
  if (user.status === "rejected") throw user.reason;
  if (followee.status === "rejected") throw followee.reason;
  if (user.value < 0n || followee.value < 0n) return undefined;
  return { user: user.value, followee: followee.value };
}
