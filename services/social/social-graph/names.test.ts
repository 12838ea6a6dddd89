import { ServiceError } from "@faultline/rpc/errors";
import { testCall } from "@faultline/rpc/test-call";
import { keepLog } from "@faultline/stores/testing/kept-log";
import { ErrorCode, serviceException } from "@faultline/thrift/social";
import { expect, test } from "vitest";
import { documentsIn, followeesOf, startedReplica } from "./graph-testing.ts";

/** The user service, knowing Ann and Bob. It answers only when it has been asked for two. */
function userService() {
  const ids: Readonly<Record<string, bigint>> = { ann: 1n, bob: 2n, nobody: -1n };
  const asked: string[] = [];
  let askedTwice = () => {};
  const both = new Promise<void>((resolve) => {
    askedTwice = resolve;
  });
  return {
    asked,
    async getUserId({ username }: { readonly username: string }) {
      if (asked.push(username) === 2) askedTwice();
      await both;
      const id = ids[username];
      if (id !== undefined) return id;
      const text = `User: ${username} is not registered`;
      throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
    },
  };
}

const named = (userUsernmae: string, followeeUsername: string) => {
  return { reqId: 1n, userUsernmae, followeeUsername };
};

test("users follow and unfollow by name, both names being asked for at once", async () => {
  const { client } = await startedReplica({ users: userService() });

  await client.followWithUsername(named("ann", "bob"), testCall());
  expect(await followeesOf(client, 1n)).toEqual([2n]);

  await client.unfollowWithUsername(named("ann", "bob"), testCall());
  expect(await followeesOf(client, 1n)).toEqual([]);
});

test("of two unknown names the follower's is told", async () => {
  const { client, mongo } = await startedReplica({ users: userService() });

  const change = client.followWithUsername(named("zoe", "yan"), testCall());

  await expect(change).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_HANDLER_ERROR,
    message: "User: zoe is not registered",
  });
  expect(await documentsIn(mongo)).toEqual([]);
});

test("a name whose id is negative changes nothing", async () => {
  const { client, mongo } = await startedReplica({ users: userService() });

  await client.followWithUsername(named("ann", "nobody"), testCall());

  expect(await documentsIn(mongo)).toEqual([]);
});

test("a failure of the user service is passed on as it is, and logged in the original's words", async () => {
  const failure = new ServiceError("unavailable", "user-service cannot be reached");
  const users = { getUserId: () => Promise.reject(failure) };
  const { log, lines } = keepLog();
  const { client } = await startedReplica({ users, log });

  const change = client.unfollowWithUsername(named("ann", "bob"), testCall());

  await expect(change).rejects.toMatchObject({ code: "unavailable", exceptionCode: undefined });
  expect(lines[0]).toMatchObject({ message: "Failed to get user_id from user-service" });
});

test("too many calls of the user service at once are told as by the original", async () => {
  const failure = new ServiceError("resourceExhausted", "Failed to connect to user-service", {
    exceptionCode: ErrorCode.SE_THRIFT_CONN_ERROR,
  });
  const users = { getUserId: () => Promise.reject(failure) };
  const { client } = await startedReplica({ users });

  const change = client.followWithUsername(named("ann", "bob"), testCall());

  await expect(change).rejects.toMatchObject({
    exceptionCode: ErrorCode.SE_THRIFT_CONN_ERROR,
    message: "Failed to connect to social-graph-service",
  });
});
