import { expect, test } from "vitest";
import { nothing } from "../echo-contract.ts";
import { testCall } from "../test-call.ts";
import { dial, serve } from "./testing.ts";

test("a call is answered", async () => {
  const { client } = dial([(await serve()).address]);
  await expect(client.say({ number: 7, words: ["grüß", "dich"] }, testCall())).resolves.toEqual({
    number: 7,
    words: ["grüß", "dich"],
  });
  await expect(client.sing(nothing, testCall())).resolves.toEqual(nothing);
});
