import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import type { Redis } from "@faultline/stores/redis";
import type { SocialGraphServiceHandlers, UserServiceClient } from "@faultline/thrift/social";
import { CachedLists } from "./cached-lists.ts";
import { Changing } from "./changing.ts";
import { Edges } from "./edges.ts";
import { collectionName, type GraphDocument } from "./graph-document.ts";
import { Lists } from "./lists.ts";
import { resolveNames } from "./names.ts";
import { Repair } from "./repair.ts";
import { Settling } from "./settling.ts";

export interface SocialGraphSettings {
  readonly mongo: Mongo;
  readonly redis: Redis;
  readonly users: UserServiceClient;
  readonly now?: () => number;
  /** How long one step with Redis may take before it is done without, in milliseconds. */
  readonly redisLimitMs?: number;
  /** How long what the database says of changes under way counts, in milliseconds: the same in all replicas. */
  readonly lookCountsMs?: number;
}

/** The service, and what completes the changes that were interrupted. */
export interface SocialGraph {
  readonly handlers: SocialGraphServiceHandlers;
  readonly repair: Repair;
}

/** Knows who follows whom, and answers the same from both sides, in any number of replicas on one database. */
export function createSocialGraph(settings: SocialGraphSettings): SocialGraph {
  const { mongo, redis, users, now = Date.now, redisLimitMs, lookCountsMs } = settings;
  const edges = new Edges(mongo);
  const cached = new CachedLists(redis, redisLimitMs);
  const changing = new Changing(mongo.collection<GraphDocument>(collectionName), lookCountsMs);
  const lists = new Lists(mongo, cached, changing);
  const settling = new Settling({ edges, cached, knownAfterMs: changing.knownAfterMs });
  const nowInt64 = () => BigInt(now());

  const follow = async (user: bigint, followee: bigint, scope: CallScope) => {
    await settling.follow({ user, followee }, nowInt64(), scope);
  };
  const unfollow = async (user: bigint, followee: bigint, scope: CallScope) => {
    await settling.unfollow({ user, followee }, nowInt64(), scope);
  };

  const handlers: SocialGraphServiceHandlers = {
    getFollowers: ({ userId }, call) => lists.followers(userId, call),
    getFollowees: ({ userId }, call) => lists.followees(userId, call),
    listFollowees: ({ userId }, call) => lists.followeesWithTimes(userId, call),
    follow: ({ userId, followeeId }, call) => follow(userId, followeeId, call),
    unfollow: ({ userId, followeeId }, call) => unfollow(userId, followeeId, call),
    async followWithUsername(request, call) {
      const pair = await resolveNames(users, request, call);
      if (pair) await follow(pair.user, pair.followee, call);
    },
    async unfollowWithUsername(request, call) {
      const pair = await resolveNames(users, request, call);
      if (pair) await unfollow(pair.user, pair.followee, call);
    },
    insertUser: ({ userId }, call) => settling.insertUser(userId, call),
  };
  return { handlers, repair: new Repair({ mongo, cached, settling, now }) };
}
