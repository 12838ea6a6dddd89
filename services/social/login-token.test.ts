import { jwtVerify, SignJWT } from "jose";
import { expect, test } from "vitest";
import { expiredText, signClaims, signLogin, verifyLogin } from "./login-token.ts";

const atMs = 1_700_000_000_000;
const secret = "secret";
const ofTheOriginal =
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0aW1lc3RhbXAiOiIxNzAwMDAwMDAwIiwidHRsIjoiMzYwMCIsInVzZXJfaWQiOiIxIiwi" +
  "dXNlcm5hbWUiOiJ1c2VybmFtZV8xIn0.qOCvhftqjHuwKAa2JAf-5Iu369mgfrKF9DVCx08QkAQ";
const claims = { timestamp: "1700000000", ttl: "3600", user_id: "1", username: "username_1" };
const login = { userId: 1n, username: "username_1" };

test("the original's claims make the original's token, to the letter", () => {
  expect(signClaims(claims, secret)).toBe(ofTheOriginal);
});

test("a token has the original's claims as strings, and says when it ends as a number", async () => {
  const token = signLogin({ userId: 2n ** 63n - 1n, username: 'ö "/\\' }, secret, atMs + 999);

  const [, payload = ""] = token.split(".");
  expect(Buffer.from(payload, "base64url").toString()).toBe(
    '{"exp":1700003600,"timestamp":"1700000000","ttl":"3600","user_id":"9223372036854775807","username":"ö \\"/\\\\"}',
  );
});

test("a library that knows nothing of us accepts a token until it ends", async () => {
  const token = signLogin(login, secret, atMs);
  const verify = (currentDate: Date) =>
    jwtVerify(token, Buffer.from(secret), { algorithms: ["HS256"], currentDate });

  expect((await verify(new Date(atMs))).payload).toMatchObject(claims);
  await expect(verify(new Date(atMs + 3_600_000))).rejects.toThrow('"exp" claim');
});

test.each([signLogin(login, secret, atMs), ofTheOriginal])(
  "a token, ours or the original's, is good for an hour, to the second",
  (token) => {
    expect(verifyLogin(token, secret, atMs)).toEqual(login);
    expect(verifyLogin(token, secret, atMs + 3_600_999)).toEqual(login);
    expect(() => verifyLogin(token, secret, atMs + 3_601_000)).toThrow(expiredText);
  },
);

test("ids beyond the precision of a double stay exact", () => {
  const userId = 6_499_821_625_674_825_729n;
  const token = signLogin({ userId, username: "a" }, secret, atMs);
  expect(verifyLogin(token, secret, atMs)).toEqual({ userId, username: "a" });
});

test("a token that another secret signed is refused, and so is an altered one", () => {
  const [header, payload, signature] = ofTheOriginal.split(".");
  const admin = signLogin({ userId: 0n, username: "admin" }, "guess", atMs).split(".");

  const refused = (token: string) => expect(() => verifyLogin(token, secret, atMs));
  refused(admin.join(".")).toThrow(`signature mismatch: ${admin[2]}`);
  refused([header, admin[1], signature].join(".")).toThrow("signature mismatch");
  refused([header, payload, ""].join(".")).toThrow("signature mismatch");
  refused(`${ofTheOriginal}=`).toThrow("signature mismatch");
});

test.each(["", ".", "..", "a.b", "a.b.c.d", "e30.e30.", "bnVsbA.e30.x", "x".repeat(100_000)])(
  "%.20j is no token",
  (token) => {
    expect(() => verifyLogin(token, secret, atMs)).toThrow("invalid jwt string");
  },
);

test("a token without a signature is refused, whatever its header says", () => {
  const none = Buffer.from('{"alg":"none"}').toString("base64url");
  const [, payload] = ofTheOriginal.split(".");
  expect(() => verifyLogin(`${none}.${payload}.`, secret, atMs)).toThrow("invalid jwt string");
});

test("HS512 is accepted as the original's gateway does; an earlier end and a later start count", async () => {
  const signed = (more: object) =>
    new SignJWT({ ...claims, ...more })
      .setProtectedHeader({ alg: "HS512" })
      .sign(Buffer.from(secret));

  expect(verifyLogin(await signed({}), secret, atMs)).toEqual(login);
  const ended = await signed({ exp: 1_699_999_999 });
  expect(() => verifyLogin(ended, secret, atMs)).toThrow(expiredText);
  const later = await signed({ nbf: 1_700_000_001 });
  expect(() => verifyLogin(later, secret, atMs)).toThrow("invalid jwt string");
});

test.each([
  { timestamp: 1_700_000_000 },
  { ttl: "for ever" },
  { ttl: undefined },
  { user_id: 1 },
  { user_id: "1.5" },
  { user_id: "9223372036854775808" },
  { username: null },
])("a signed token with %j is refused", (wrong) => {
  const token = signClaims({ ...claims, ...wrong }, secret);
  expect(() => verifyLogin(token, secret, atMs)).toThrow("invalid jwt string");
});
