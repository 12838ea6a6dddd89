import { connect } from "node:net";
import { unavailable } from "@faultline/rpc/errors";
import { ErrorCode, serviceException } from "@faultline/thrift/social";
import { expect, test } from "vitest";
import { openGateway, post } from "./gateway-testing.ts";

const names = "first_name=F&last_name=L&username=username_1&password=password_1";
const text = `${"a1".repeat(128)} @username_2 http://${"b".repeat(64)}`;
const composing = `username=username_1&user_id=1&text=${text}&media_ids=["012345678901234567",5]&media_types=["png","png"]&post_type=0`;

test("registers a user with an id of its own choice", async () => {
  const { post, asked } = await openGateway();
  const answer = await post("/wrk2-api/user/register", `${names}&user_id=9007199254740993`);
  expect([answer.status, await answer.text()]).toEqual([200, "Success!\n"]);
  expect(answer.headers.get("content-type")).toBe("application/octet-stream");
  expect(asked).toEqual([
    [
      "registerUserWithId",
      {
        ...{ firstName: "F", lastName: "L", username: "username_1", password: "password_1" },
        userId: 9_007_199_254_740_993n,
      },
    ],
  ]);
});

test("a name that is taken is told", async () => {
  const { post } = await openGateway({
    registerUserWithId() {
      throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, "User username_1 already existed");
    },
  });
  const answer = await post("/wrk2-api/user/register", `${names}&user_id=1`);
  expect([answer.status, await answer.text()]).toEqual([
    500,
    "User registration failure: User username_1 already existed\n",
  ]);
});

test.each([
  ["user/register", names],
  ["user/follow", "user_id=1&user_name=a"],
  ["user/unfollow", ""],
  ["post/compose", "user_id=1&username=a&post_type=0&text="],
  ["home-timeline/read", ""],
  ["user-timeline/read", ""],
])("%s wants all of its arguments", async (path, body) => {
  const { post, asked } = await openGateway();
  const answer = await post(`/wrk2-api/${path}`, body);
  expect([answer.status, await answer.text()]).toEqual([400, "Incomplete arguments\n"]);
  expect(asked).toEqual([]);
});

test.each([
  ["follow", "user_id=1&followee_id=2", "follow", { userId: 1n, followeeId: 2n }],
  [
    "follow",
    "user_name=a+b&followee_name=%41%zz&user_id=1",
    "followWithUsername",
    { userUsernmae: "a b", followeeUsername: "A%zz" },
  ],
  ["unfollow", "user_id=0&followee_id=2", "unfollow", { userId: 0n, followeeId: 2n }],
  [
    "unfollow",
    "user_name=a&followee_name=b",
    "unfollowWithUsername",
    { userUsernmae: "a", followeeUsername: "b" },
  ],
])("%s %s asks %s", async (path, body, method, request) => {
  const { post, asked } = await openGateway();
  const answer = await post(`/wrk2-api/user/${path}`, body);
  expect([answer.status, await answer.text()]).toEqual([200, "Success!\n"]);
  expect(asked).toEqual([[method, request]]);
});

test.each([
  ["follow", "Follow Failed: User: nope is not registered\n"],
  ["unfollow", "Unfollow Failed: User: nope is not registered\n"],
])("why %s failed is told", async (path, said) => {
  const refuse = () => {
    throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, "User: nope is not registered");
  };
  const { post } = await openGateway({ followWithUsername: refuse, unfollowWithUsername: refuse });
  const answer = await post(`/wrk2-api/user/${path}`, "user_name=a&followee_name=nope");
  expect([answer.status, await answer.text()]).toEqual([500, said]);
});

test("composes what the workload sends, raw and whatever type it claims to be", async () => {
  const { post, asked } = await openGateway();
  for (const type of ["application/x-www-form-urlencoded", "text/plain", "application/json"]) {
    const answer = await post("/wrk2-api/post/compose", composing, { "content-type": type });
    expect([answer.status, await answer.text()]).toEqual([200, "Successfully upload post\n"]);
  }
  const request = {
    ...{ userId: 1n, username: "username_1", text, postType: 0 },
    ...{ mediaIds: [12_345_678_901_234_567n, 5n], mediaTypes: ["png", "png"] },
  };
  expect(asked).toEqual([
    ["composePost", request],
    ["composePost", request],
    ["composePost", request],
  ]);
});

test("serves wrk2's absolute targets, one after the other on a connection", async () => {
  const { port } = await openGateway({ readHomeTimeline: () => [] });
  const requests =
    `POST http://localhost:8080/wrk2-api/post/compose HTTP/1.1\r\nHost: x\r\n` +
    `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${composing.length}\r\n\r\n${composing}` +
    `GET http://localhost:8080/wrk2-api/home-timeline/read?user_id=1&start=0&stop=10 HTTP/1.1\r\nHost: x\r\n` +
    `Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n`;
  const answers = await new Promise<string>((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(requests));
    socket.on("data", (chunk) => {
      received += chunk;
    });
    socket.on("close", () => resolve(received)).on("error", reject);
  });
  expect(answers.match(/HTTP\/1.1 \d+|Successfully upload post|\[\]/g)).toEqual([
    ...["HTTP/1.1 200", "Successfully upload post", "HTTP/1.1 200", "[]"],
  ]);
});

test.each([
  ["a service's own exception", serviceException(ErrorCode.SE_MONGODB_ERROR, "not authorized")],
  ["a service that cannot be reached", unavailable("not authorized")],
])("%s makes composing fail, in the original's spelling", async (_, error) => {
  const { post } = await openGateway({
    composePost() {
      throw error;
    },
  });
  const answer = await post("/wrk2-api/post/compose", composing);
  expect([answer.status, await answer.text()]).toEqual([
    500,
    "compost_post failure: not authorized\n",
  ]);
});

test.each(["home-timeline", "user-timeline"])("reads the %s as JSON", async (path) => {
  const read = () => [post];
  const { get, asked } = await openGateway({ readHomeTimeline: read, readUserTimeline: read });
  const answer = await get(`/wrk2-api/${path}/read?user_id=1&start=5&stop=15`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(await answer.json()).toEqual([
    {
      ...{ timestamp: "1700000000000", text: 'a"/é', post_type: 0, req_id: "5" },
      post_id: "9007199254740993",
      creator: { user_id: "1", username: "u/1" },
      user_mentions: [{ user_id: "2", username: "b" }],
      urls: [{ shortened_url: "http://s", expanded_url: "http://e" }],
      media: [{ media_id: "123456789012345678", media_type: "png" }],
    },
  ]);
  const method = path === "home-timeline" ? "readHomeTimeline" : "readUserTimeline";
  expect(asked).toEqual([[method, { userId: 1n, start: 5, stop: 15 }]]);
});

test("empty lists are lists", async () => {
  const bare = { ...post, userMentions: [], media: [], urls: [] };
  const { get } = await openGateway({ readUserTimeline: () => [bare] });
  const home = await get("/wrk2-api/home-timeline/read?user_id=1&start=0&stop=10");
  expect(await home.text()).toBe("[]\n");
  const own = await get("/wrk2-api/user-timeline/read?user_id=1&start=0&stop=10");
  expect(await own.json()).toMatchObject([{ user_mentions: [], media: [], urls: [] }]);
});

test.each([
  ["home-timeline", "Get home-timeline failure: gone\n"],
  ["user-timeline", "Get user-timeline failure: gone\n"],
])("why the %s cannot be read is told", async (path, said) => {
  const fail = () => {
    throw unavailable("gone");
  };
  const { get } = await openGateway({ readHomeTimeline: fail, readUserTimeline: fail });
  const answer = await get(`/wrk2-api/${path}/read?user_id=1&start=0&stop=10`);
  expect([answer.status, await answer.text()]).toEqual([500, said]);
});

test("numbers that are none are refused, and no service is asked", async () => {
  const { get, post, asked } = await openGateway();
  const reads = ["user_id=0x10&start=0&stop=1", "user_id=1&start=a&stop=1"];
  const statuses = [
    ...reads.map((query) => get(`/wrk2-api/home-timeline/read?${query}`)),
    post("/wrk2-api/post/compose", "user_id=1e2&username=a&text=b&post_type=0"),
    post("/wrk2-api/post/compose", "user_id=1&username=a&text=b&post_type=9"),
    post("/wrk2-api/post/compose", `${composing}&text=again`),
    post(
      "/wrk2-api/post/compose",
      "user_id=1&username=a&text=b&post_type=0&media_ids=[&media_types=[]",
    ),
    post("/wrk2-api/user/register", `${names}%00x&user_id=1`),
  ].map(async (answer) => (await answer).status);
  expect(new Set(await Promise.all(statuses))).toEqual(new Set([400]));
  expect(asked).toEqual([]);
});

test("bodies may have a mebibyte, and no more", async () => {
  const { post, asked } = await openGateway();
  const start = "user_id=1&username=a&post_type=0&text=b&nobody_asks_for=";
  const large = start.padEnd(1_048_576, "x");
  expect((await post("/wrk2-api/post/compose", large)).status).toBe(200);
  expect((await post("/wrk2-api/post/compose", `${large}x`)).status).toBe(413);
  expect(asked.length).toBe(1);
});

test("what is too long is refused before any service is asked", async () => {
  const { post, asked } = await openGateway();
  const [name, type] = ["n".repeat(257), "t".repeat(65)];
  const refused = [
    ["user/register", `${names.replace("username_1", name)}&user_id=1`],
    ["user/follow", `user_name=a&followee_name=${name}`],
    ["user/unfollow", `user_name=${name}&followee_name=a`],
    ["post/compose", composing.replace("username_1", name)],
    ["post/compose", composing.replace("a1", "x".repeat(65_536))],
    ["post/compose", composing.replaceAll("png", type)],
    ["post/compose", composing.replace("5]", `${"5,".repeat(100)}5]`)],
  ] as const;
  const statuses = refused.map(
    async ([path, body]) => (await post(`/wrk2-api/${path}`, body)).status,
  );
  expect(await Promise.all(statuses)).toEqual(refused.map(() => 400));
  expect(asked).toEqual([]);
});

test("any verb will do, a longer path too, and no other origin reads it", async () => {
  const { url, asked } = await openGateway();
  const form = { method: "PUT", body: "user_id=1&followee_id=2" };
  expect((await fetch(`${url}/wrk2-api/user/followXYZ`, form)).status).toBe(200);
  expect((await fetch(`${url}/wrk2-api/user/follow`)).status).toBe(400);
  const asking = await fetch(`${url}/wrk2-api/user/follow`, { method: "OPTIONS" });
  expect(asking.status).toBe(400);
  expect(asking.headers.has("access-control-allow-origin")).toBe(false);
  expect(asked).toEqual([["follow", { userId: 1n, followeeId: 2n }]]);
});

test("where it is turned off, nothing is there", async () => {
  const { get, post, asked } = await openGateway({}, { benchmark: false });
  const query = "user_id=1&start=0&stop=10";
  expect((await get(`/wrk2-api/home-timeline/read?${query}`)).status).toBe(404);
  expect((await post("/wrk2-api/post/compose", composing)).status).toBe(405);
  expect(asked).toEqual([]);
});
