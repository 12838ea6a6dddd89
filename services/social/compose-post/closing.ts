import { type CallScope, onOurOwn } from "@faultline/rpc/call";
import type { PostStorageServiceClient } from "@faultline/thrift/social";

const pauseMs = 200;
const limitMs = 5_000;
/** As many posts as may wait. The marks of others stay, for the repair, which will find nothing left to do. */
const waitingMax = 8_192;

/** Takes the marks of finished posts away, later and many at once: nobody waits for that, and it may fail. */
export class Closing {
  readonly #storage: Pick<PostStorageServiceClient, "closePosts">;
  #waiting: bigint[] = [];
  #closing = false;

  constructor(storage: Pick<PostStorageServiceClient, "closePosts">) {
    this.#storage = storage;
  }

  add(postId: bigint, scope: CallScope): void {
    if (this.#waiting.length >= waitingMax) return;
    this.#waiting.push(postId);
    if (this.#closing) return;
    this.#closing = true;
    setTimeout(() => void this.#close(scope), pauseMs).unref();
  }

  async #close(scope: CallScope): Promise<void> {
    const postIds = this.#waiting;
    this.#waiting = [];
    this.#closing = false;
    try {
      await this.#storage.closePosts({ reqId: 0n, postIds }, onOurOwn(scope, limitMs));
    } catch (error) {
      // Nothing is lost: the repair repeats what was done, to no effect, and closes them.
      scope.log.warn("posts left open", { posts: postIds.length, reason: String(error) });
    }
  }
}
