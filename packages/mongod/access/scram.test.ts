import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import { createScramCredential, type ScramCredential } from "./scram.ts";
import { clientOf } from "./scram-client.ts";
import { LoginFailed, ScramConversation } from "./scram-conversation.ts";

test("a stored credential has the form and the sizes that MongoDB gives it", async () => {
  const sha1 = await createScramCredential("SCRAM-SHA-1", { user: "admin", password: "admin" });
  const sha256 = await createScramCredential("SCRAM-SHA-256", { user: "admin", password: "admin" });

  expect(sha1.iterationCount).toBe(10_000);
  expect(Buffer.from(sha1.salt, "base64")).toHaveLength(16);
  expect(Buffer.from(sha1.storedKey, "base64")).toHaveLength(20);
  expect(sha256.iterationCount).toBe(15_000);
  expect(Buffer.from(sha256.salt, "base64")).toHaveLength(28);
  expect(Buffer.from(sha256.serverKey, "base64")).toHaveLength(32);
});

test("SCRAM-SHA-1 works on the MD5 digest of user and password", async () => {
  const login = { user: "admin", password: "secret" };

  const stored = await createScramCredential("SCRAM-SHA-1", login);

  const md5 = createHash("md5").update("admin:mongo:secret").digest("hex");
  expect(stored.storedKey).toBe(storedKeyOf("sha1", md5, stored));
});

test("SCRAM-SHA-256 prepares the password as SASLprep asks", async () => {
  const login = { user: "u", password: "I\u00ADX\u00A0Ⅸ" };

  const stored = await createScramCredential("SCRAM-SHA-256", login);

  expect(stored.storedKey).toBe(storedKeyOf("sha256", "IX IX", stored));
});

test("SCRAM-SHA-256 refuses a password with forbidden characters", async () => {
  const login = { user: "u", password: "bell\u0007" };

  await expect(createScramCredential("SCRAM-SHA-256", login)).rejects.toThrow();
});

test.each(["SCRAM-SHA-1", "SCRAM-SHA-256"] as const)(
  "%s lets in who knows the password and proves the server too",
  async (mechanism) => {
    const login = { user: "a=b,c", password: "pencil" };
    const credential = await createScramCredential(mechanism, login);
    const server = new ScramConversation(mechanism, () => credential);
    const client = clientOf(mechanism, login);

    const challenge = server.step(client.first());
    const proved = server.step(client.final(challenge.payload));
    const over = server.step(Buffer.alloc(0));

    expect(server.user).toBe("a=b,c");
    expect(proved.payload.toString()).toBe(client.expectedServerProof(credential));
    expect([challenge.done, proved.done, over.done]).toEqual([false, false, true]);
  },
);

test("the empty exchange is left out when the client asked for that", async () => {
  const login = { user: "admin", password: "pencil" };
  const credential = await createScramCredential("SCRAM-SHA-256", login);
  const server = new ScramConversation("SCRAM-SHA-256", () => credential, {
    skipEmptyExchange: true,
  });
  const client = clientOf("SCRAM-SHA-256", login);

  const challenge = server.step(client.first());
  const proved = server.step(client.final(challenge.payload));

  expect(proved.done).toBe(true);
  expect(() => server.step(Buffer.alloc(0))).toThrow(/already over/);
});

test("a wrong password fails with MongoDB's own reason", async () => {
  const credential = await createScramCredential("SCRAM-SHA-1", { user: "a", password: "right" });
  const server = new ScramConversation("SCRAM-SHA-1", () => credential);
  const client = clientOf("SCRAM-SHA-1", { user: "a", password: "wrong" });
  const challenge = server.step(client.first());

  const attempt = () => server.step(client.final(challenge.payload));

  expect(attempt).toThrow("SCRAM authentication failed, storedKey mismatch");
});

test("a proof for another challenge is refused", async () => {
  const login = { user: "a", password: "pencil" };
  const credential = await createScramCredential("SCRAM-SHA-1", login);
  const client = clientOf("SCRAM-SHA-1", login);
  const recorded = new ScramConversation("SCRAM-SHA-1", () => credential).step(client.first());
  const replayed = client.final(recorded.payload);
  const server = new ScramConversation("SCRAM-SHA-1", () => credential);
  server.step(client.first());

  expect(() => server.step(replayed)).toThrow("Incorrect SCRAM client nonce");
});

test.each([
  "",
  "n,,",
  "n,,n=,r=x",
  "n,,n=a=,r=x",
  "p=tls-unique,,n=a,r=x",
  "n,a=other,n=a,r=x",
  "n,,m=ext,n=a,r=x",
])("the first message %j is refused as malformed", (message) => {
  const credential = { iterationCount: 10_000, salt: "", storedKey: "", serverKey: "" };
  const server = new ScramConversation("SCRAM-SHA-1", () => credential);

  expect(() => server.step(Buffer.from(message))).toThrow(LoginFailed);
});

function storedKeyOf(hash: string, secret: string, { salt, iterationCount }: ScramCredential) {
  const bytes = hash === "sha1" ? 20 : 32;
  const salted = pbkdf2Sync(secret, Buffer.from(salt, "base64"), iterationCount, bytes, hash);
  const clientKey = createHmac(hash, salted).update("Client Key").digest();
  return createHash(hash).update(clientKey).digest("base64");
}
