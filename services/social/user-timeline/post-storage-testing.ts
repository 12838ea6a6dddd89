import { unimplemented } from "@faultline/rpc/errors";
import type { Post, PostStorageServiceClient } from "@faultline/thrift/social";

/** A post storage that has every post, and notes what it was asked for. */
export function postsAsAsked(asked: bigint[][]): PostStorageServiceClient {
  const refuse = () => Promise.reject(unimplemented("not in this test"));
  return {
    storePost: refuse,
    storePostOnce: refuse,
    readPost: refuse,
    listOpenPosts: refuse,
    closePosts: refuse,
    listMentions: refuse,
    async readPosts({ postIds }) {
      asked.push([...postIds]);
      return postIds.map(somePost);
    },
  };
}

function somePost(postId: bigint): Post {
  const nothing = { userMentions: [], media: [], urls: [], text: "", reqId: 0n, postType: 0 };
  return { postId, timestamp: postId, creator: { userId: 0n, username: "" }, ...nothing };
}
