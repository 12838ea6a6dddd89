import type { HttpRequest } from "@faultline/rpc/http/route";
import { type Login, verifyLogin } from "../login-token.ts";
import { Refusal } from "../refusal.ts";

const cookieName = "login_token";
/** The original's cookie outlives its token, so that who comes back is told to log in again. */
const cookieLifeS = 86_400;

/** Who a browser is logged in as. */
export interface Sessions {
  /** Throws a `Refusal` with 401 for a request without a good token. */
  of(request: HttpRequest): Login;
}

export function createSessions(secret: string, now: () => number): Sessions {
  return {
    of({ headers }) {
      const token = cookieOf(headers.cookie);
      if (token === undefined) throw new Refusal(401, "Please log in");
      try {
        return verifyLogin(token, secret, now());
      } catch (cause) {
        throw new Refusal(401, cause instanceof Error ? cause.message : String(cause));
      }
    },
  };
}

function cookieOf(header: string | string[] | undefined): string | undefined {
  for (const pair of String(header ?? "").split(";")) {
    const [name, value] = pair.trim().split("=", 2);
    if (name === cookieName && value) return value;
  }
  return undefined;
}

/** Gives a browser its token: no script reads it, and no other site's page makes use of it. */
export function cookieWith(token: string, request: HttpRequest, nowMs: number): string {
  return cookie(token, request, new Date(nowMs + cookieLifeS * 1_000));
}

/** Takes it away again. */
export function cookieWithout(request: HttpRequest): string {
  return cookie("", request, new Date(0));
}

function cookie(value: string, { scheme, headers }: HttpRequest, expires: Date): string {
  const isSecure = scheme === "https" || headers["x-forwarded-proto"] === "https";
  const flags = `HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
  return `${cookieName}=${value}; Path=/; Expires=${expires.toUTCString()}; ${flags}`;
}

/**
 * Refuses what a page of another origin makes a browser send; throws a `Refusal` with 403. Programs that are no
 * browsers do not say where they come from, and pass.
 */
export function refuseForeignPages({ headers }: HttpRequest): void {
  const site = headers["sec-fetch-site"];
  if (site === "same-origin" || site === "none") return;
  const { origin } = headers;
  const isOwn = site === undefined && (origin === undefined || hostOf(origin) === headers.host);
  if (!isOwn) throw new Refusal(403, "Pages of other sites cannot do that");
}

function hostOf(origin: string | string[]): string | undefined {
  return URL.parse(String(origin))?.host;
}
