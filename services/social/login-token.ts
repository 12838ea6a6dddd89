import { createHmac, timingSafeEqual } from "node:crypto";
import { unauthenticated } from "@faultline/rpc/errors";

/** Who logged in. */
export interface Login {
  readonly userId: bigint;
  readonly username: string;
}

/** How long a token is good for after it was made, in seconds. */
const tokenTtlS = 3_600;

/** What a caller is told whose token was good once. */
export const expiredText = "Login token expired, please log in again";

/** Nobody's token is longer; whoever sends more is not read. */
const tokenCharactersMax = 65_536;

/** What may have signed a token; we sign with the first. */
const digests: ReadonlyMap<unknown, string> = new Map([
  ["HS256", "sha256"],
  ["HS512", "sha512"],
]);

/**
 * A token for who has just logged in: the original's claims, which are all strings, and when it ends, as every
 * library understands it.
 */
export function signLogin({ userId, username }: Login, secret: string, nowMs: number): string {
  const nowS = Math.floor(nowMs / 1_000);
  return signClaims(
    {
      exp: nowS + tokenTtlS,
      timestamp: String(nowS),
      ttl: String(tokenTtlS),
      user_id: userId.toString(),
      username,
    },
    secret,
  );
}

/** A compact JWT of these claims, in their order, by HMAC with SHA-256. */
export function signClaims(claims: object, secret: string): string {
  const body = [{ alg: "HS256", typ: "JWT" }, claims].map(encoded).join(".");
  return `${body}.${signature(body, "sha256", secret)}`;
}

/** Who logged in to get this token. Throws `unauthenticated` if we did not make it, or if its time is over. */
export function verifyLogin(token: string, secret: string, nowMs: number): Login {
  const claims = genuineClaims(token, secret);
  const { user_id: userId, username } = claims;
  if (!isId(userId) || typeof username !== "string") throw invalid();

  const nowS = Math.floor(nowMs / 1_000);
  if (endOf(claims) < nowS) throw unauthenticated(expiredText);
  if (typeof claims.nbf === "number" && claims.nbf > nowS) throw invalid();
  return { userId: BigInt(userId), username };
}

function genuineClaims(token: string, secret: string): Record<string, unknown> {
  const parts = token.length > tokenCharactersMax ? [] : token.split(".");
  const [header = "", payload = "", supplied = ""] = parts;
  if (parts.length !== 3) throw invalid();
  const digest = digests.get(decoded(header).alg);
  if (digest === undefined) throw invalid();
  if (!isSame(supplied, signature(`${header}.${payload}`, digest, secret)))
    throw unauthenticated(`signature mismatch: ${supplied}`);
  return decoded(payload);
}

/** The last second in which the token is good: what its own two claims say, or `exp` if that is sooner. */
function endOf({ timestamp, ttl, exp }: Record<string, unknown>): number {
  const end = secondsOf(timestamp) + secondsOf(ttl);
  return typeof exp === "number" ? Math.min(exp, end) : end;
}

function secondsOf(claim: unknown): number {
  if (typeof claim === "string" && /^\d{1,15}$/.test(claim)) return Number(claim);
  throw invalid();
}

function isId(claim: unknown): claim is string {
  if (typeof claim !== "string" || !/^-?\d{1,19}$/.test(claim)) return false;
  return BigInt.asIntN(64, BigInt(claim)) === BigInt(claim);
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function decoded(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Whatever is wrong with it, it is none of ours, which is said below.
  }
  throw invalid();
}

function signature(body: string, digest: string, secret: string): string {
  return createHmac(digest, secret).update(body).digest("base64url");
}

function isSame(supplied: string, expected: string): boolean {
  const given = Buffer.from(supplied);
  const right = Buffer.from(expected);
  return given.length === right.length && timingSafeEqual(given, right);
}

function invalid(): Error {
  return unauthenticated("invalid jwt string");
}
