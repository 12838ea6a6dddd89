import { unavailable } from "@faultline/rpc/errors";
import { ErrorCode, serviceException } from "@faultline/thrift/social";
import { expect, test } from "vitest";
import { cookieOf, nowMs, openGateway, post as somePost } from "./gateway-testing.ts";

const names = "first_name=F&last_name=L&username=mark&password=p";
const mark = cookieOf(9_007_199_254_740_993n, "mark");

function exception(code: number, message: string) {
  return () => {
    throw serviceException(code, message);
  };
}

test("whoever registers is sent to the log-in page", async () => {
  const { post, asked } = await openGateway();
  const answer = await post("/api/user/register", names);
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "../../index.html"]);
  const request = { firstName: "F", lastName: "L", username: "mark", password: "p" };
  expect(asked).toEqual([["registerUser", request]]);
});

test("a name that is taken is told to whoever registers", async () => {
  const { post } = await openGateway({
    registerUser: exception(ErrorCode.SE_THRIFT_HANDLER_ERROR, "User mark already existed"),
  });
  const answer = await post("/api/user/register", names);
  expect([answer.status, await answer.text()]).toEqual([
    500,
    "User registration failure: User mark already existed\n",
  ]);
});

test("whoever logs in gets the token in a cookie that no script reads, and goes to the main page", async () => {
  const { post, asked } = await openGateway({ login: () => "h.p.s" });
  const answer = await post("/api/user/login", "username=a%0d%0ab&password=p&login=Login");
  expect(answer.status).toBe(302);
  expect(answer.headers.get("location")).toBe("../../main.html?username=a%0D%0Ab");
  expect(answer.headers.get("set-cookie")).toBe(
    "login_token=h.p.s; Path=/; Expires=Wed, 15 Nov 2023 22:13:20 GMT; HttpOnly; SameSite=Lax",
  );
  expect(asked).toEqual([["login", { username: "a\r\nb", password: "p" }]]);
});

test("behind a door with TLS the cookie stays with TLS", async () => {
  const { post } = await openGateway();
  const answer = await post("/api/user/login", "username=a&password=p", {
    "x-forwarded-proto": "https",
  });
  expect(answer.headers.get("set-cookie")).toMatch(/; Secure$/);
});

test("a wrong password and an unknown name are refused alike", async () => {
  const unknown = exception(ErrorCode.SE_UNAUTHORIZED, "User: mark is not registered");
  const wrong = exception(ErrorCode.SE_UNAUTHORIZED, "Incorrect username or password");
  for (const login of [unknown, wrong]) {
    const { post } = await openGateway({ login });
    const answer = await post("/api/user/login", "username=mark&password=p");
    expect([answer.status, await answer.text()]).toEqual([
      401,
      "User login failure: Incorrect username or password\n",
    ]);
    expect(answer.headers.has("set-cookie")).toBe(false);
  }
});

test("a login that failed for another reason is nobody's fault outside", async () => {
  const { post } = await openGateway({
    login: exception(ErrorCode.SE_MONGODB_ERROR, "not authorized"),
  });
  const answer = await post("/api/user/login", "username=mark&password=p");
  expect([answer.status, await answer.text()]).toEqual([
    500,
    "User login failure: not authorized\n",
  ]);
});

test.each([
  ["user/register", "first_name=F&last_name=L&username=mark"],
  ["user/login", "username=mark&password="],
  ["user/follow", "user_name=mark"],
  ["user/unfollow", "user_id=1"],
  ["post/compose", "post_type=0"],
])("%s wants all of its arguments, and tells nothing else", async (path, body) => {
  const { post, asked } = await openGateway();
  const answer = await post(`/api/${path}`, body, mark);
  expect([answer.status, await answer.text()]).toEqual([400, "Incomplete arguments\n"]);
  expect(asked).toEqual([]);
});

const requests = [
  ["POST", "user/follow", "followee_name=b"],
  ["POST", "user/unfollow", "followee_name=b"],
  ["POST", "post/compose", "post_type=0&text=a"],
  ["GET", "user/get_follower", ""],
  ["GET", "user/get_followee", ""],
  ["GET", "user/session", ""],
  ["GET", "home-timeline/read?start=0&stop=10", ""],
  ["GET", "user-timeline/read?start=0&stop=10", ""],
] as const;

test.each(requests)("%s %s wants a good token", async (method, path, body) => {
  const { url, asked } = await openGateway();
  const tokens = [
    [{}, "Please log in\n"],
    [{ cookie: "login_token=junk" }, "invalid jwt string\n"],
    [{ cookie: `${mark.cookie}x` }, /^signature mismatch: /],
    [cookieOf(1n, "a", nowMs - 3_601_000), "Login token expired, please log in again\n"],
  ] as const;
  for (const [headers, said] of tokens) {
    const init = method === "POST" ? { method, headers, body } : { method, headers };
    const answer = await fetch(`${url}/api/${path}`, init);
    expect(answer.status).toBe(401);
    expect(await answer.text()).toMatch(said);
  }
  expect(asked).toEqual([]);
});

test.each([
  ["follow", "followee_id=2", "follow", { userId: 9_007_199_254_740_993n, followeeId: 2n }],
  [
    "follow",
    "user_name=somebody+else&user_id=7&followee_name=b",
    "followWithUsername",
    { userUsernmae: "mark", followeeUsername: "b" },
  ],
  [
    "unfollow",
    "user_id=7&followee_id=2",
    "unfollow",
    { userId: 9_007_199_254_740_993n, followeeId: 2n },
  ],
  [
    "unfollow",
    "followee_name=b",
    "unfollowWithUsername",
    { userUsernmae: "mark", followeeUsername: "b" },
  ],
])(
  "%s %s is for whoever is logged in, whatever the form says",
  async (path, body, method, request) => {
    const { post, asked } = await openGateway();
    const answer = await post(`/api/user/${path}`, body, mark);
    expect(asked).toEqual([[method, request]]);
    const [status, location] = path === "follow" ? [302, "../../contact.html"] : [200, null];
    expect([answer.status, answer.headers.get("location"), await answer.text()]).toEqual([
      ...[status, location, ""],
    ]);
  },
);

test.each([
  ["get_follower", "follower_id"],
  ["get_followee", "followee_id"],
])("%s lists ids exactly", async (path, member) => {
  const list = () => [9_007_199_254_740_993n, 0n];
  const { get } = await openGateway({ getFollowers: list, getFollowees: list });
  const answer = await get(`/api/user/${path}`, mark);
  expect(await answer.json()).toEqual([{ [member]: "9007199254740993" }, { [member]: "0" }]);
});

test("nobody's followers are an empty list", async () => {
  const { get } = await openGateway();
  expect(await (await get("/api/user/get_follower", mark)).text()).toBe("[]\n");
});

test("a post is its author's who is logged in", async () => {
  const { post, asked } = await openGateway();
  const form = 'post_type=0&text=a&username=somebody&user_id=7&media_ids=["3"]&media_types=["png"]';
  const answer = await post("/api/post/compose", form, mark);
  expect([answer.status, await answer.text()]).toEqual([200, "Successfully upload post\n"]);
  const author = { userId: 9_007_199_254_740_993n, username: "mark" };
  const media = { mediaIds: [3n], mediaTypes: ["png"] };
  expect(asked).toEqual([["composePost", { ...author, ...media, text: "a", postType: 0 }]]);
});

test.each([
  ["home-timeline", "readHomeTimeline"],
  ["user-timeline", "readUserTimeline"],
])("the %s is one's own, and kept by nobody on the way", async (path, method) => {
  const { get, asked } = await openGateway({ [method]: () => [somePost] });
  const answer = await get(`/api/${path}/read?start=0&stop=100&user_id=7`, mark);
  expect(await answer.json()).toMatchObject([{ post_id: "9007199254740993" }]);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(asked).toEqual([[method, { userId: 9_007_199_254_740_993n, start: 0, stop: 100 }]]);
});

test("the home timeline misses the token first, the user timeline an argument", async () => {
  const { get } = await openGateway();
  expect((await get("/api/home-timeline/read?start=0")).status).toBe(401);
  expect((await get("/api/user-timeline/read?start=0")).status).toBe(400);
});

test.each([
  ["post", "user/register", names, "User registration failure: gone\n"],
  ["post", "user/follow", "followee_id=1", "Follow Failed: gone\n"],
  ["post", "user/unfollow", "followee_id=1", "Unfollow Failed: gone\n"],
  ["post", "post/compose", "post_type=0&text=a", "compost_post failure: gone\n"],
  ["get", "user/get_follower", "", "Get user-timeline failure: gone\n"],
  ["get", "user/get_followee", "", "Get user-timeline failure: gone\n"],
  ["get", "home-timeline/read?start=0&stop=1", "", "Get home-timeline failure: gone\n"],
  ["get", "user-timeline/read?start=0&stop=1", "", "Get user-timeline failure: gone\n"],
] as const)("why it failed is told: %s %s", async (verb, path, body, said) => {
  const methods = ["registerUser", "follow", "unfollow", "composePost", "getFollowers"];
  const others = ["getFollowees", "readHomeTimeline", "readUserTimeline"];
  const fail = () => {
    throw unavailable("gone");
  };
  const gateway = await openGateway(
    Object.fromEntries([...methods, ...others].map((method) => [method, fail])),
  );
  const answer =
    verb === "get"
      ? await gateway.get(`/api/${path}`, mark)
      : await gateway.post(`/api/${path}`, body, mark);
  expect([answer.status, await answer.text()]).toEqual([500, said]);
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
});

test("pages learn who is logged in, and log out", async () => {
  const { get, post } = await openGateway();
  const session = await get("/api/user/session", mark);
  expect(await session.json()).toEqual({ user_id: "9007199254740993", username: "mark" });
  const answer = await post("/api/user/logout", "", mark);
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "../../index.html"]);
  expect(answer.headers.get("set-cookie")).toBe(
    "login_token=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax",
  );
});

test("pages of other sites change nothing in anybody's name", async () => {
  const { post, asked, url } = await openGateway();
  const foreign = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site", origin: "http://127.0.0.1:8081" },
    { origin: "http://evil.example" },
    { origin: "null" },
  ];
  for (const headers of foreign) {
    for (const [path, body] of [
      ["user/follow", "followee_name=evil"],
      ["post/compose", "post_type=0&text=spam"],
      ["user/login", "username=evil&password=p"],
    ]) {
      const answer = await post(`/api/${path}`, body ?? "", { ...mark, ...headers });
      expect(answer.status).toBe(403);
    }
  }
  expect(asked).toEqual([]);
  const own = [{ "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none" }, { origin: url }];
  for (const headers of own) {
    const answer = await post("/api/post/compose", "post_type=0&text=a", { ...mark, ...headers });
    expect(answer.status).toBe(200);
  }
});

test("pages of other origins may read what is said without a cookie", async () => {
  const { url, get } = await openGateway();
  const asking = await fetch(`${url}/api/post/compose`, { method: "OPTIONS" });
  expect([asking.status, asking.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
  const answer = await get("/api/user/session", mark);
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
  expect((await get("/api/user/session")).headers.has("access-control-allow-origin")).toBe(false);
});

test("a longer path will do", async () => {
  const { post } = await openGateway();
  expect((await post("/api/user/followXYZ", "followee_id=1", mark)).status).toBe(302);
});
