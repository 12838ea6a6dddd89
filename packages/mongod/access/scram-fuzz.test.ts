import fc from "fast-check";
import { expect, test } from "vitest";
import { LoginFailed, ScramConversation } from "./scram-conversation.ts";

const credential = {
  iterationCount: 10_000,
  salt: Buffer.alloc(16).toString("base64"),
  storedKey: Buffer.alloc(20).toString("base64"),
  serverKey: Buffer.alloc(20).toString("base64"),
};

/** Messages that are nearly right, so that parsing gets far. */
const nearlyFirst = fc
  .array(
    fc.constantFrom("n,,", "y,,", "a=x,", "n=user", "n=", ",r=", "nonce", "=2C", "=", ",", "\0"),
  )
  .map((parts) => parts.join(""));
const nearlyFinal = fc
  .array(fc.constantFrom("c=biws", ",r=", "nonce", ",p=", "AAAA", "=", ",", "v=", "é"))
  .map((parts) => parts.join(""));

test("whatever a client sends, a login fails as a login or asks for the next message", () => {
  const message = fc.oneof(fc.string(), nearlyFirst, nearlyFinal);
  const conversation = fc.array(fc.oneof(message, fc.constant("n,,n=user,r=nonce")), {
    minLength: 1,
    maxLength: 4,
  });

  fc.assert(
    fc.property(conversation, (messages) => {
      const server = new ScramConversation("SCRAM-SHA-1", () => credential);
      try {
        for (const text of messages) expect(server.step(Buffer.from(text)).done).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(LoginFailed);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("a long message is refused before it is parsed", () => {
  const server = new ScramConversation("SCRAM-SHA-1", () => credential);

  expect(() => server.step(Buffer.alloc(1_000_000, "n"))).toThrow("payload is too long");
});
