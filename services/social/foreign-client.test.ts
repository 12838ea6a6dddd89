import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Service } from "@faultline/service/define-app";
import { startApp } from "@faultline/service/testing";
import { expect, onTestFinished, test } from "vitest";
import { startRealStores } from "./real-stores.ts";
import { social } from "./topology.ts";

const python = "/usr/bin/python3";
const hasThrift =
  spawnSync("thrift", ["--version"]).status === 0 &&
  spawnSync(python, ["-c", "import thrift"]).status === 0;
if (!hasThrift) {
  console.warn(
    "A foreign Thrift client was NOT tried: on Debian, apt-get install thrift-compiler python3-thrift",
  );
}

type Step = readonly [
  service: keyof typeof social.services,
  call: string,
  args: object,
  answer: object,
];

const nothing = { result: null };
const ann = { user_id: "101", username: "ann" };
const bob = { user_id: "102", username: "bob" };
const name = { first_name: "first", last_name: "last" };
/** Greater than what a double holds exactly. */
const postId = "9007199254740993";
const entry = { post_id: postId, timestamp: "1700000000000" };
const post = {
  ...{ ...entry, creator: ann, req_id: "5", text: "hö @bob", user_mentions: [bob] },
  media: [{ media_id: "123456789012345678", media_type: "png" }],
  urls: [{ shortened_url: "http://s", expanded_url: "http://e" }],
  post_type: "1",
};
const shortened = { shortened_url: expect.stringMatching(/^http:\/\/short-url\/\w{10}$/) };
const another = { ...post, post_id: "1" };
const composed = {
  creator: ann,
  text: expect.stringMatching(/^hi @bob, see http:\/\/short-url\/\w{10}\/c$/),
  user_mentions: [bob],
  media: [{ media_id: "7", media_type: "jpg" }],
  urls: [{ ...shortened, expanded_url: "http://a.b" }],
};

/** Each method of each service: what is asked, and what must come back. Later steps see what earlier ones did. */
const steps: readonly Step[] = [
  [
    "unique-id",
    "ComposeUniqueId",
    { post_type: "0" },
    result(expect.stringMatching(/^\d{15,19}$/)),
  ],
  ["user", "RegisterUserWithId", { ...name, ...ann, password: "a" }, nothing],
  ["user", "RegisterUserWithId", { ...name, ...bob, password: "b" }, nothing],
  ["user", "RegisterUser", { ...name, username: "cid", password: "c" }, nothing],
  [
    "user",
    "RegisterUser",
    { ...name, username: "ann", password: "a" },
    exception("6", "User ann already existed"),
  ],
  ["user", "Login", { username: "ann", password: "a" }, result(expect.stringMatching(/^eyJ/))],
  [
    "user",
    "Login",
    { username: "ann", password: "b" },
    exception("2", "Incorrect username or password"),
  ],
  [
    "user",
    "ComposeCreatorWithUserId",
    { user_id: "-5", username: "x" },
    result({ user_id: "-5", username: "x" }),
  ],
  ["user", "ComposeCreatorWithUsername", { username: "bob" }, result(bob)],
  ["user", "GetUserId", { username: "ann" }, result("101")],
  ["user", "GetUserId", { username: "no" }, exception("6", "User: no is not registered")],
  ["social-graph", "InsertUser", { user_id: "103" }, nothing],
  ["social-graph", "Follow", { user_id: "102", followee_id: "101" }, nothing],
  ["social-graph", "GetFollowers", { user_id: "101" }, result(["102"])],
  ["social-graph", "GetFollowees", { user_id: "102" }, result(["101"])],
  [
    "social-graph",
    "ListFollowees",
    { user_id: "102" },
    result([{ user_id: "101", since: expect.stringMatching(/^\d{13}$/) }]),
  ],
  ["social-graph", "Unfollow", { user_id: "102", followee_id: "101" }, nothing],
  ["social-graph", "GetFollowers", { user_id: "101" }, result([])],
  [
    "social-graph",
    "FollowWithUsername",
    { user_usernmae: "ann", followee_username: "bob" },
    nothing,
  ],
  [
    "social-graph",
    "UnfollowWithUsername",
    { user_usernmae: "ann", followee_username: "bob" },
    nothing,
  ],
  [
    "social-graph",
    "FollowWithUsername",
    { user_usernmae: "bob", followee_username: "ann" },
    nothing,
  ],
  [
    "media",
    "ComposeMedia",
    { media_types: ["png"], media_ids: [postId] },
    result([{ media_id: postId, media_type: "png" }]),
  ],
  [
    "media",
    "ComposeMedia",
    { media_types: [], media_ids: ["1"] },
    exception("6", "The lengths of media_id list and media_type list are not equal"),
  ],
  ["user-mention", "ComposeUserMentions", { usernames: ["bob", "no", "ann"] }, result([bob, ann])],
  [
    "url-shorten",
    "ComposeUrls",
    { urls: ["http://a", "http://b"] },
    result([
      { ...shortened, expanded_url: "http://a" },
      { ...shortened, expanded_url: "http://b" },
    ]),
  ],
  ["url-shorten", "GetExtendedUrls", { shortened_urls: ["http://short-url/x"] }, result([""])],
  [
    "text",
    "ComposeText",
    { text: "hö @ann @no" },
    result({ text: "hö @ann @no", user_mentions: [ann], urls: [] }),
  ],
  ["post-storage", "StorePost", { post }, nothing],
  [
    "post-storage",
    "ListOpenPosts",
    { stored_before: "9223372036854775807", limit: "10", without: ["1"] },
    result([{ ...post, text: "", media: [], urls: [] }]),
  ],
  ["post-storage", "ReadPost", { post_id: postId }, result(post)],
  ["post-storage", "ReadPosts", { post_ids: ["1", postId] }, result([post])],
  ["post-storage", "ListMentions", { user_id: "102", limit: "10" }, result([entry])],
  ["user-timeline", "WriteUserTimeline", { ...entry, user_id: "101" }, nothing],
  ["user-timeline", "ReadUserTimeline", { user_id: "101", start: "0", stop: "10" }, result([post])],
  [
    "user-timeline",
    "ListNewestPosts",
    { authors: [{ user_id: "101", since: "0" }], limit: "10" },
    result([entry]),
  ],
  [
    "home-timeline",
    "WriteHomeTimeline",
    { ...entry, user_id: "101", user_mentions_id: ["103"] },
    nothing,
  ],
  ["home-timeline", "ReadHomeTimeline", { user_id: "102", start: "0", stop: "10" }, result([post])],
  ["home-timeline", "ReadHomeTimeline", { user_id: "103", start: "0", stop: "10" }, result([post])],
  ["post-storage", "ClosePosts", { post_ids: [postId] }, nothing],
  [
    "compose-post",
    "ComposePost",
    {
      ...{ ...ann, text: "hi @bob, see http://a.b/c", post_type: "0" },
      ...{ media_ids: ["7"], media_types: ["jpg"] },
    },
    nothing,
  ],
  [
    "home-timeline",
    "ReadHomeTimeline",
    { user_id: "102", start: "0", stop: "10" },
    result([expect.objectContaining(composed), post]),
  ],
  ["post-storage", "StorePostOnce", { post: another, once_key: "k" }, result(another)],
  ["post-storage", "StorePostOnce", { post, once_key: "k" }, result(another)],
  [
    "compose-post",
    "ComposePostOnce",
    {
      ...{ ...ann, text: "hi", post_type: "0", once_key: "another" },
      ...{ media_ids: [], media_types: [] },
    },
    nothing,
  ],
];

function result(value: unknown) {
  return { result: value };
}

function exception(errorCode: string, message: string) {
  return { exception: { type: "ServiceException", errorCode, message } };
}

test("a foreign client calls each method of each service", () => {
  const called = steps.map(([service, method]) => `${service} ${method}`);
  const services: readonly Service[] = Object.values(social.services);
  const methods = services.flatMap(({ name: service, definition: { contract } }) =>
    Object.values(contract?.methods ?? {}).map((method) => `${service} ${method.name}`),
  );

  expect([...new Set(called)].sort()).toEqual(methods.sort());
});

test.skipIf(!hasThrift)(
  "a Thrift client of another language gets right answers from every service",
  async () => {
    const app = await startApp("social", { servers: await startRealStores() });
    onTestFinished(() => app.close());
    const calls = steps.map(([service, method, args]) => ({
      address: app.address(service),
      service: serviceNameOf(social.services[service]),
      method,
      arguments: { req_id: "1", carrier: {}, ...args },
    }));

    expect(await ask(await generatedCode(), calls)).toEqual(steps.map(([, , , answer]) => answer));
  },
  60_000,
);

function serviceNameOf({ definition }: Service): string | undefined {
  return definition.contract?.name;
}

/** What the compiler of Thrift's own makes of the contract, for Python, in a directory that goes with the test. */
async function generatedCode(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "foreign-client-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const contract = join(import.meta.dirname, "../../thrift/social.thrift");
  const made = spawnSync("thrift", ["--gen", "py", "-out", directory, contract]);
  expect(made.stderr.toString()).toBe("");
  return directory;
}

async function ask(code: string, calls: readonly object[]): Promise<unknown> {
  const client = spawn(python, [join(import.meta.dirname, "foreign-client.py"), code], {
    stdio: ["pipe", "pipe", "inherit"],
    timeout: 45_000,
  });
  client.stdin.end(JSON.stringify(calls));
  return JSON.parse(await text(client.stdout));
}
