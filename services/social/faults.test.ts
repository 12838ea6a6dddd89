import { faults } from "@faultline/faults";
import { valuesOf } from "@faultline/faults/fault";
import { emptyDocument } from "@faultline/faults/flags/document";
import { flagOf } from "@faultline/faults/flags/flag-of";
import { asDeployed } from "@faultline/service/define-app";
import { createFlags, type SettableFlags } from "@faultline/service/flags/flags";
import { startApp, type TestApp } from "@faultline/service/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { social } from "./topology.ts";

let flags: SettableFlags;
let app: TestApp;

beforeEach(async () => {
  flags = createFlags();
  app = await startApp("social", { flags });
  for (const id of [1, 2]) {
    const names = { first_name: "A", last_name: "B", username: `username_${id}` };
    await post("/wrk2-api/user/register", { ...names, password: "p", user_id: `${id}` });
  }
  const edge = { user_name: "username_2", followee_name: "username_1" };
  await post("/wrk2-api/user/follow", edge);
}, 30_000);
afterEach(() => app?.close());

/** Turns on this fault, with these values, or none. */
function turnOn(name?: string, given: object = {}) {
  const fault = faults.find((candidate) => candidate.name === name);
  if (!fault) return flags.put(emptyDocument);
  const values = valuesOf(fault, { ...given }, asDeployed(social));
  return flags.put({ ...emptyDocument, flags: { [fault.name]: flagOf(fault, values) } });
}

async function post(path: string, fields: Record<string, string>): Promise<[number, string]> {
  const body = new URLSearchParams(fields);
  const answer = await fetch(`${app.url}${path}`, { method: "POST", body });
  return [answer.status, await answer.text()];
}

async function compose(text: string): Promise<number> {
  const author = { user_id: "1", username: "username_1", post_type: "0" };
  return (await post("/wrk2-api/post/compose", { ...author, text }))[0];
}

async function timeline(kind: "home" | "user", id: number): Promise<string[]> {
  const page = `user_id=${id}&start=0&stop=10`;
  const answer = await fetch(`${app.url}/wrk2-api/${kind}-timeline/read?${page}`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { text: string }[]).map(({ text }) => text);
}

test("compose-post-lost-fan-out acknowledges what followers never see, and the author does", async () => {
  await compose("before");
  // From here on Redis has it, and it is not made anew.
  expect(await timeline("home", 2)).toEqual(["before"]);
  await turnOn("compose-post-lost-fan-out");
  expect(await compose("lost")).toBe(200);
  await turnOn();
  await compose("after");

  expect(await timeline("user", 1)).toEqual(["after", "lost", "before"]);
  expect(await timeline("home", 2)).toEqual(["after", "before"]);
});

test("post-storage-flaky fails what needs posts, and nothing else, and is gone at once", async () => {
  await compose("one");
  await turnOn("post-storage-flaky", { share: 1 });
  const page = "user_id=1&start=0&stop=10";
  const read = await fetch(`${app.url}/wrk2-api/user-timeline/read?${page}`);
  const login = await post("/api/user/login", { username: "username_1", password: "p" });
  await turnOn();

  expect(read.status).toBe(500);
  expect(login[0]).toBe(200);
  expect(await timeline("user", 1)).toEqual(["one"]);
});

test("a service of another application is no target here", () => {
  const fault = faults.find(({ name }) => name === "rate-connection-failure");
  if (!fault) throw new Error("there is no such fault");

  expect(() => valuesOf(fault, {}, asDeployed(social))).toThrow(
    "rate-connection-failure is about rate, which social has not",
  );
});
