import { type CallScope, waited } from "@faultline/rpc/call";
import type {
  HomeTimelineServiceClient,
  Post,
  PostStorageServiceClient,
  UserTimelineServiceClient,
} from "@faultline/thrift/social";
import { ofCallee } from "../callee-failures.ts";

export interface FanOutClients {
  readonly "home-timeline": HomeTimelineServiceClient;
  readonly "post-storage": PostStorageServiceClient;
  readonly "user-timeline": UserTimelineServiceClient;
}

export interface StoredPostOf {
  readonly reqId: bigint;
  readonly post: Post;
}

const firstPauseMs = 50;
const pauseMaxMs = 1_000;

type Step = () => Promise<void>;

/** What puts a stored post into the timelines, in order. Each step may be repeated, and changes nothing then. */
function stepsOf(
  clients: FanOutClients,
  { reqId, post }: StoredPostOf,
  scope: CallScope,
): readonly Step[] {
  const { postId, timestamp } = post;
  const { userId } = post.creator;
  const userMentionsId = post.userMentions.map((mention) => mention.userId);
  return [
    () =>
      ofCallee(
        clients["user-timeline"].writeUserTimeline({ reqId, postId, userId, timestamp }, scope),
        userTimeline,
        scope,
      ),
    () =>
      ofCallee(
        clients["home-timeline"].writeHomeTimeline(
          { reqId, postId, userId, timestamp, userMentionsId },
          scope,
        ),
        homeTimeline,
        scope,
      ),
  ];
}

const homeTimeline = {
  name: "home-timeline-service",
  failureTexts: ["Failed to write home timeline to home-timeline-service"],
};
const userTimeline = {
  name: "user-timeline-service",
  failureTexts: ["Failed to write user timeline to user-timeline-service"],
};

/** Puts a stored post into all timelines. Throws at the first step that fails. */
export async function fanOut(
  clients: FanOutClients,
  stored: StoredPostOf,
  scope: CallScope,
): Promise<void> {
  for (const step of stepsOf(clients, stored, scope)) await step();
}

/** Puts a stored post into all timelines, and tries again what failed for as long as the scope allows. */
export async function untilDone(
  clients: FanOutClients,
  stored: StoredPostOf,
  scope: CallScope,
): Promise<void> {
  for (const step of stepsOf(clients, stored, scope)) await persistently(step, scope);
}

async function persistently(step: Step, scope: CallScope): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, pauseMaxMs)) {
    try {
      await step();
      return;
    } catch (error) {
      const hasTime = Date.now() + pauseMs < scope.deadlineMs;
      if (!hasTime || !(await waited(pauseMs, scope.signal))) throw error;
    }
  }
}
