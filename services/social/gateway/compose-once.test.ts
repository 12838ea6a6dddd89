import { expect, test } from "vitest";
import { cookieOf, openGateway } from "./gateway-testing.ts";

const form = "user_id=1&username=ann&post_type=0&text=hello";
const path = "/wrk2-api/post/compose";

async function askedWith(headers: Record<string, string>) {
  const gateway = await openGateway();
  const response = await gateway.post(path, form, headers);
  return { response, asked: gateway.asked };
}

test("without a key a post is made each time", async () => {
  const { asked } = await askedWith({});
  expect(asked).toMatchObject([["composePost", { text: "hello" }]]);
});

test("a client's key goes with the post", async () => {
  const { response, asked } = await askedWith({ "Idempotency-Key": "3c0b-7" });
  expect(await response.text()).toBe("Successfully upload post\n");
  expect(asked).toMatchObject([["composePostOnce", { text: "hello", onceKey: "3c0b-7" }]]);
});

test.each(["x".repeat(256), "caf\u00e9"])("%j is no key, and nothing is posted", async (key) => {
  const { response, asked } = await askedWith({ "Idempotency-Key": key });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("Idempotency-Key must have 1 to 255 printable");
  expect(asked).toEqual([]);
});

test("a user who is logged in may name a key too", async () => {
  const gateway = await openGateway();
  await gateway.post("/api/post/compose", "post_type=0&text=hello", {
    ...cookieOf(1n, "ann"),
    "Idempotency-Key": "k",
  });
  expect(gateway.asked).toMatchObject([["composePostOnce", { userId: 1n, onceKey: "k" }]]);
});
