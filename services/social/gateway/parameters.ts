import { pageMax, textMax, userNameMax } from "../limits.ts";
import { badRequest, incomplete } from "../refusal.ts";
import type { Form } from "./form.ts";

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);
const int32Max = 2_147_483_647n;

/** A value that must be there. Throws a `Refusal` without it. */
export function required(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw incomplete();
  return value;
}

/** A name or a password. It may hold anything but NUL, at which the original cuts it off. */
export function requiredName(form: Form, name: string): string {
  return checkedName(name, required(form, name));
}

/** The value, unless it holds NUL. */
export function checkedName(name: string, value: string): string {
  if (value.includes("\0")) throw badRequest(`${name} must not contain NUL`);
  return value;
}

/** The name of a user who registers, or does something. */
export function requiredUserName(form: Form, name: string): string {
  return checkedUserName(name, required(form, name));
}

/** The value, unless it is too long for the name of a user, or holds NUL. */
export function checkedUserName(name: string, value: string): string {
  if (Buffer.byteLength(value) > userNameMax) {
    throw badRequest(`${name} must have at most ${userNameMax} bytes`);
  }
  return checkedName(name, value);
}

/** The text of a post. */
export function requiredText(form: Form): string {
  const text = required(form, "text");
  if (text.length > textMax) throw badRequest(`a text has at most ${textMax} characters`);
  return text;
}

/** An id: all 64 bits of a decimal number. */
export function requiredId(form: Form, name: string): bigint {
  return parseId(name, required(form, name));
}

/** Reads a decimal number of 64 bits exactly. Throws a `Refusal` for anything else. */
export function parseId(name: string, text: string): bigint {
  const id = /^-?\d{1,40}$/.test(text) ? BigInt(text) : undefined;
  if (id === undefined || id > int64Max || id < int64Min) {
    throw badRequest(`${name} must be a whole number of 64 bits`);
  }
  return id;
}

/** The kind of a post: 0 to 3. */
export function requiredPostType(form: Form): number {
  const text = required(form, "post_type");
  if (!/^0*[0-3]$/.test(text)) throw badRequest("post_type must be 0, 1, 2 or 3");
  return Number(text);
}

/** A page of a timeline: the posts from `start` to before `stop`, and no more of them than a page has. */
export interface Page {
  readonly start: number;
  readonly stop: number;
}

const emptyPage: Page = { start: 0, stop: 0 };

/** What begins before the first post, or where no timeline reaches, is a page without posts. */
export function requiredPage(form: Form): Page {
  const [start, stop] = [requiredId(form, "start"), requiredId(form, "stop")];
  const last = start + BigInt(pageMax);
  if (start < 0n || last > int32Max) return emptyPage;
  return { start: Number(start), stop: Number(stop < start ? start : stop > last ? last : stop) };
}
