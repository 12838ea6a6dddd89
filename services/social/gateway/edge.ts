import type { CallScope } from "@faultline/rpc/call";
import type { SocialGraphServiceClient } from "@faultline/thrift/social";
import { incomplete } from "../refusal.ts";
import type { Form } from "./form.ts";
import { checkedUserName, parseId } from "./parameters.ts";
import { newRequestId } from "./request-id.ts";

/** Who follows whom, or does not any more: both by id, or both by name. */
export type Edge =
  | { readonly userId: bigint; readonly followeeId: bigint }
  | { readonly username: string; readonly followeeName: string };

/** What a form says, or else the caller about itself: ids where both are there, then names. */
export function edgeOf(
  form: Form,
  user: { readonly userId?: bigint; readonly username?: string } = {},
): Edge {
  const userId = user.userId ?? form.get("user_id");
  const followeeId = form.get("followee_id");
  if (userId !== undefined && followeeId !== undefined) {
    return {
      userId: parseId("user_id", String(userId)),
      followeeId: parseId("followee_id", followeeId),
    };
  }
  const username = user.username ?? form.get("user_name");
  const followeeName = form.get("followee_name");
  if (username === undefined || followeeName === undefined) throw incomplete();
  return {
    username: checkedUserName("user_name", username),
    followeeName: checkedUserName("followee_name", followeeName),
  };
}

/** Has one follow the other; twice is as good as once. */
export function follow(
  graph: SocialGraphServiceClient,
  edge: Edge,
  scope: CallScope,
): Promise<void> {
  const reqId = newRequestId();
  if ("userId" in edge) return graph.follow({ reqId, ...edge }, scope);
  return graph.followWithUsername({ reqId, ...named(edge) }, scope);
}

/** Ends that; what was not there is gone too. */
export function unfollow(
  graph: SocialGraphServiceClient,
  edge: Edge,
  scope: CallScope,
): Promise<void> {
  const reqId = newRequestId();
  if ("userId" in edge) return graph.unfollow({ reqId, ...edge }, scope);
  return graph.unfollowWithUsername({ reqId, ...named(edge) }, scope);
}

/** The contract spells it so. */
function named({ username, followeeName }: Exclude<Edge, { userId: bigint }>) {
  return { userUsernmae: username, followeeUsername: followeeName };
}
