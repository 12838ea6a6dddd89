import { type Call, type CallScope, within } from "@faultline/rpc/call";
import {
  type ComposePostRequest,
  type ComposePostServiceHandlers,
  ErrorCode,
  type MediaServiceClient,
  type Post,
  PostType,
  serviceException,
  type TextServiceClient,
  type UniqueIdServiceClient,
  type UserServiceClient,
} from "@faultline/thrift/social";
import { ofCallee } from "../callee-failures.ts";
import { Closing } from "./closing.ts";
import { type FanOutClients, untilDone } from "./fan-out.ts";

export interface ComposePostParts {
  readonly clients: FanOutClients & {
    readonly media: MediaServiceClient;
    readonly text: TextServiceClient;
    readonly "unique-id": UniqueIdServiceClient;
    readonly user: UserServiceClient;
  };
  readonly now?: () => number;
}

const media = {
  name: "media-service",
  failureTexts: ["Failed to send compose-media to media-service"],
};
const storing = {
  name: "post-storage-service",
  failureTexts: ["Failed to store post to post-storage-service"],
};
const texts = {
  name: "text-service",
  failureTexts: ["Failed to send compose-text to text-service"],
};
const uniqueId = {
  name: "unique_id-service",
  failureTexts: ["Failed to send compose-unique_id to unique_id-service"],
};
const user = {
  name: "user-service",
  failureTexts: ["Failed to send compose-creator to user-service"],
};

/** How long one post may take. The gateways of the originals wait for ten seconds. */
export const composeLimitMs = 8_000;

/**
 * Makes posts. Once a post is stored, it will be in all timelines, whatever is cut off where: by this call, or by the
 * repair. Success means that it is there already; a failure, that it may be, now or later. Why that holds is said in
 * docs/decisions/0017-durable-compose.md.
 */
export function createComposePost(parts: ComposePostParts): ComposePostServiceHandlers {
  const { clients } = parts;
  const storage = clients["post-storage"];
  const closing = new Closing(storage);

  const compose = async (request: ComposePostRequest, call: Call, store: Store) => {
    assertPostType(request.postType);
    const scope = within(call, composeLimitMs);
    const { reqId } = request;
    const post = await ofCallee(store(await made(request, parts, scope), scope), storing, scope);
    await untilDone(clients, { reqId, post }, scope);
    closing.add(post.postId, call);
  };

  return {
    composePost: (request, call) =>
      compose(request, call, async (post, scope) => {
        await storage.storePost({ reqId: request.reqId, post }, scope);
        return post;
      }),

    // All that have the same key finish the post that is stored, whoever of them is the first.
    composePostOnce: ({ onceKey, ...request }, call) =>
      compose(request, call, (post, scope) =>
        storage.storePostOnce({ reqId: request.reqId, post, onceKey }, scope),
      ),
  };
}

/** Stores a post, and answers the one that is stored. */
type Store = (post: Post, scope: CallScope) => Promise<Post>;

function assertPostType(postType: number): void {
  const known: readonly number[] = Object.values(PostType);
  if (known.includes(postType)) return;
  const message = `post_type ${postType} is not one of ${known.join(", ")}`;
  throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, message);
}

/** The post with all that others know of it. Of several failures the first in the originals' order is told. */
async function made(
  request: ComposePostRequest,
  { clients, now = Date.now }: ComposePostParts,
  scope: CallScope,
): Promise<Post> {
  const { reqId, userId, username, text, mediaIds, mediaTypes, postType } = request;
  const asked = [
    ofCallee(clients["unique-id"].composeUniqueId({ reqId, postType }, scope), uniqueId, scope),
    ofCallee(
      clients.user.composeCreatorWithUserId({ reqId, userId, username }, scope),
      user,
      scope,
    ),
    ofCallee(clients.media.composeMedia({ reqId, mediaTypes, mediaIds }, scope), media, scope),
    ofCallee(clients.text.composeText({ reqId, text }, scope), texts, scope),
  ] as const;
  const timestamp = BigInt(now());
  for (const outcome of await Promise.allSettled(asked)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
  const [postId, creator, items, body] = await Promise.all(asked);
  return {
    postId,
    creator,
    reqId,
    text: body.text,
    userMentions: body.userMentions,
    media: items,
    urls: body.urls,
    timestamp,
    postType,
  };
}
