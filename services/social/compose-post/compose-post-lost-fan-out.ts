import type { CallScope } from "@faultline/rpc/call";
import type {
  ComposePostServiceHandlers,
  HomeTimelineServiceClient,
  PostStorageServiceClient,
} from "@faultline/thrift/social";
import { type ComposePostParts, createComposePost } from "./compose-post.ts";

type StoreRequest = Parameters<PostStorageServiceClient["storePost"]>[0];
type StoreOnceRequest = Parameters<PostStorageServiceClient["storePostOnce"]>[0];

/**
 * Composing with a bug, for the fault of the same name. "Home timelines are made anew from what is stored, so a post
 * is finished when its author sees it": whoever wrote this took the mark that the repair goes by away with the call,
 * and home timelines are made anew only when Redis has lost them.
 */
export function createComposePostLostFanOut(parts: ComposePostParts): ComposePostServiceHandlers {
  const { clients } = parts;
  const storage = clients["post-storage"];
  const finishedWhenStored = {
    storePost: async (request: StoreRequest, scope: CallScope) => {
      await storage.storePost(request, scope);
      const { reqId, post } = request;
      await storage.closePosts({ reqId, postIds: [post.postId] }, scope);
    },
    storePostOnce: async (request: StoreOnceRequest, scope: CallScope) => {
      const post = await storage.storePostOnce(request, scope);
      await storage.closePosts({ reqId: request.reqId, postIds: [post.postId] }, scope);
      return post;
    },
    closePosts: async () => {},
  };
  const nobodyAtHome = { writeHomeTimeline: async () => {} };
  return createComposePost({
    ...parts,
    clients: {
      ...clients,
      // Composing asks no more of them.
      "post-storage": finishedWhenStored as Partial<typeof storage> as typeof storage,
      "home-timeline":
        nobodyAtHome as Partial<HomeTimelineServiceClient> as HomeTimelineServiceClient,
    },
  });
}
