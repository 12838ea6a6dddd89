import type { CallScope } from "@faultline/rpc/call";
import type { Redis } from "@faultline/stores/redis";
import { withinScope } from "@faultline/stores/within-scope";
import type {
  HomeTimelineServiceHandlers,
  PostStorageServiceClient,
  SocialGraphServiceClient,
  UserTimelineServiceClient,
} from "@faultline/thrift/social";
import { ofCallee } from "../callee-failures.ts";
import { pageOf, type Range, Timelines } from "../timelines.ts";
import { Rebuilding } from "./rebuilding.ts";

export interface HomeTimelineParts {
  readonly clients: {
    readonly "post-storage": PostStorageServiceClient;
    readonly "social-graph": SocialGraphServiceClient;
    readonly "user-timeline": UserTimelineServiceClient;
  };
  readonly redis: Redis;
}

interface PageRequest {
  readonly reqId: bigint;
  readonly userId: bigint;
  readonly range: Range;
}

const triesMax = 3;

const graph = {
  name: "social-graph-service",
  failureTexts: ["Failed to get followers from social-network-service"],
};
const storage = {
  name: "post-storage-service",
  failureTexts: ["Failed to read posts from post-storage-service"],
};

/** Knows what those whom a user follows have posted. Redis has all of it; what it has lost is made anew. */
export function createHomeTimeline({
  clients,
  redis,
}: HomeTimelineParts): HomeTimelineServiceHandlers {
  const timelines = new Timelines(redis);
  const rebuilding = new Rebuilding(clients, timelines);

  const page = async (
    { reqId, userId, range }: PageRequest,
    scope: CallScope,
  ): Promise<readonly bigint[]> => {
    for (let tries = 1; ; tries++) {
      const { proven, postIds, runId } = await timelines.read(userId, range, scope);
      // Redis may be restarted again and again; what it has now is as good as it gets.
      if (proven || tries > triesMax) return postIds;
      const rebuilt = rebuilding.rebuild(userId, runId, { reqId, scope });
      if (!(await withinScope(rebuilt, scope))) return postIds;
    }
  };

  return {
    async writeHomeTimeline({ reqId, postId, userId, timestamp, userMentionsId }, call) {
      const followers = await ofCallee(
        clients["social-graph"].getFollowers({ reqId, userId }, call),
        graph,
        call,
      );
      const targets = [...new Set([...followers, ...userMentionsId])];
      await timelines.addToMany(targets, { postId, timestamp }, call);
    },

    async readHomeTimeline({ reqId, userId, start, stop }, call) {
      const range = pageOf({ start, stop });
      if (!range) return [];
      const postIds = await page({ reqId, userId, range }, call);
      if (postIds.length === 0) return [];
      return ofCallee(
        clients["post-storage"].readPosts({ reqId, postIds: [...postIds] }, call),
        storage,
        call,
      );
    },
  };
}
