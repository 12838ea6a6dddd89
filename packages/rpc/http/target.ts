import { posix } from "node:path";
import { decodeText } from "./query.ts";

/** The two parts of a request's target, in whichever form it came. */
export interface Target {
  /** After percent-decoding. */
  readonly path: string;
  /** As it came, without the `?`. */
  readonly query: string;
}

/** Reads origin-form (`/hotels?…`) and absolute-form (`http://any-host/hotels?…`); undefined for anything else. */
export function parseTarget(url: string): Target | undefined {
  const origin = url.startsWith("/") ? url : afterAuthority(url);
  if (origin === undefined) return undefined;
  const mark = origin.indexOf("?");
  const path = decodeText(mark < 0 ? origin : origin.slice(0, mark), false);
  if (path === undefined) return undefined;
  return { path: path || "/", query: mark < 0 ? "" : origin.slice(mark + 1) };
}

function afterAuthority(url: string): string | undefined {
  const [, rest] = /^https?:\/\/[^/?#]+(.*)$/i.exec(url) ?? [];
  if (rest === undefined) return undefined;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** The path without empty, `.` and `..` parts; a slash at the end stays. */
export function cleanPath(path: string): string {
  return posix.normalize(path);
}

/** Path and query as they go into a `Location` header. */
export function locationOf(path: string, query: string): string {
  return query === "" ? encodeURI(path) : `${encodeURI(path)}?${query}`;
}
