import { startApp, type TestApp } from "@faultline/service/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

let app: TestApp;

beforeAll(async () => {
  app = await startApp("social");
}, 30_000);
afterAll(() => app?.close());

async function post(path: string, fields: Record<string, string>, headers = {}) {
  const answer = await fetch(`${app.url}${path}`, {
    ...{ method: "POST", redirect: "manual", headers },
    body: new URLSearchParams(fields),
  });
  return { answer, told: [answer.status, await answer.text()] };
}

async function get(path: string, headers = {}) {
  const answer = await fetch(`${app.url}${path}`, { headers });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown>[] };
}

async function registered(id: number) {
  const names = { first_name: "F", last_name: "L", username: `username_${id}` };
  const fields = { ...names, password: `password_${id}`, user_id: `${id}` };
  return (await post("/wrk2-api/user/register", fields)).told;
}

function composed(id: number | string, text: string, more = {}) {
  const fields = { user_id: `${id}`, username: `username_${id}`, text, post_type: "0" };
  return post("/wrk2-api/post/compose", { ...fields, ...more });
}

const timeline = (which: string, id: number | string, start = 0, stop = 10) =>
  get(`/wrk2-api/${which}-timeline/read?user_id=${id}&start=${start}&stop=${stop}`);

test("a user is registered once, whichever of name and id is taken", async () => {
  expect(await registered(1)).toEqual([200, "Success!\n"]);
  expect(await registered(1)).toEqual([
    500,
    "User registration failure: User username_1 already existed\n",
  ]);
});

test("a post of somebody without followers is stored, answered, and in its author's timeline", async () => {
  await registered(10);
  const posted = await composed(10, "nobody reads me");
  expect(posted.told).toEqual([200, "Successfully upload post\n"]);
  expect((await timeline("user", 10)).body).toMatchObject([
    { text: "nobody reads me", user_mentions: [], media: [], urls: [], post_type: 0 },
  ]);
  expect(await timeline("home", 10)).toEqual({ status: 200, body: [] });
});

test("a post comes to followers and to who is mentioned, with everything in it, the newest first", async () => {
  for (const id of [20, 21, 22]) await registered(id);
  const edge = { user_name: "username_21", followee_name: "username_20" };
  expect((await post("/wrk2-api/user/follow", edge)).told).toEqual([200, "Success!\n"]);

  await composed(20, "first");
  await composed(20, `@username_22 http://${"a".repeat(64)}`, {
    media_ids: '["012345678901234567",9007199254740993]',
    media_types: '["png","jpg"]',
  });

  const { body } = await timeline("home", 21);
  expect(body.map(({ text }) => text)[1]).toBe("first");
  expect(body[0]).toMatchObject({
    creator: { user_id: "20", username: "username_20" },
    user_mentions: [{ user_id: "22", username: "username_22" }],
    urls: [{ expanded_url: `http://${"a".repeat(64)}` }],
    media: [
      { media_id: "12345678901234567", media_type: "png" },
      { media_id: "9007199254740993", media_type: "jpg" },
    ],
  });
  expect((await timeline("home", 22)).body).toHaveLength(1);
  expect((await timeline("home", 21, 1, 2)).body).toMatchObject([{ text: "first" }]);
});

test("lists of media that do not fit together make a post fail", async () => {
  const { told } = await composed(1, "two", { media_ids: "[1,2]", media_types: '["png"]' });
  expect(told).toEqual([
    500,
    "compost_post failure: The lengths of media_id list and media_type list are not equal\n",
  ]);
});

test("authors whom nobody registered may post, as workloads do", async () => {
  const id = "9223372036854775807";
  expect((await composed(id, "@username_99999 hello")).told[0]).toBe(200);
  expect((await timeline("user", id)).body).toMatchObject([{ creator: { user_id: id } }]);
});

test("nobody follows who is not there", async () => {
  const edge = { user_name: "username_1", followee_name: "nope" };
  expect((await post("/wrk2-api/user/follow", edge)).told).toEqual([
    500,
    "Follow Failed: User: nope is not registered\n",
  ]);
});

test("from sign-up to unfollowing, as a browser goes", async () => {
  const person = { first_name: "A", last_name: "B", username: "grace", password: "hopper" };
  expect((await post("/api/user/register", person)).answer.headers.get("location")).toBe(
    "../../index.html",
  );
  const wrong = { username: "grace", password: "x" };
  expect((await post("/api/user/login", wrong)).told[0]).toBe(401);
  const login = await post("/api/user/login", { username: "grace", password: "hopper" });
  expect(login.answer.headers.get("location")).toBe("../../main.html?username=grace");
  const cookie = String(login.answer.headers.get("set-cookie")).split(";")[0];
  const headers = { cookie };

  await registered(30);
  const followee = { followee_name: "username_30" };
  expect((await post("/api/user/follow", followee, headers)).answer.status).toBe(302);
  expect((await get("/api/user/get_followee", headers)).body).toEqual([{ followee_id: "30" }]);
  expect((await get("/api/user/get_follower", headers)).body).toEqual([]);
  await composed(30, "for grace");
  const home = await get("/api/home-timeline/read?start=0&stop=10", headers);
  expect(home.body).toMatchObject([{ text: "for grace" }]);
  const text = { text: "my own", post_type: "0" };
  expect((await post("/api/post/compose", text, headers)).told[0]).toBe(200);
  const own = await get("/api/user-timeline/read?start=0&stop=10", headers);
  expect(own.body).toMatchObject([{ text: "my own", creator: { username: "grace" } }]);
  expect((await post("/api/user/unfollow", followee, headers)).told).toEqual([200, ""]);
  expect((await get("/api/user/get_followee", headers)).body).toEqual([]);
});
