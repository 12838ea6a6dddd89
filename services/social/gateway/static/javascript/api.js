import { answeredWithError, cutOff, tooLate, unreadable } from "./failure.js";

/** How long a page waits for an answer. The server's own deadline is shorter. */
const deadlineMs = 15_000;
const uploadDeadlineMs = 60_000;

/** Who is logged in: `{ user_id, username }`; undefined for nobody. Throws a `Failure`. */
export async function session() {
  try {
    return await read("api/user/session");
  } catch (failure) {
    if (failure.kind === "login") return undefined;
    throw failure;
  }
}

export const register = (person) => send("api/user/register", person);
export const logIn = (login) => send("api/user/login", login);
export const logOut = () => send("api/user/logout", {});
export const follow = (name) => send("api/user/follow", { followee_name: name });
export const unfollow = (name) => send("api/user/unfollow", { followee_name: name });

/** Posts a text with media: `{ id, type }` each. */
export function compose({ text, media }) {
  const lists = {
    media_ids: JSON.stringify(media.map(({ id }) => id)),
    media_types: JSON.stringify(media.map(({ type }) => type)),
  };
  return send("api/post/compose", { post_type: 0, text, ...(media.length > 0 ? lists : {}) });
}

/** The posts of one's "home" or "user" timeline from `start` to before `stop`, the newest first. */
export function timeline(name, { start, stop }) {
  return list(`api/${name}-timeline/read?${new URLSearchParams({ start, stop })}`);
}

/** Ids of those who follow one, or of those whom one follows. */
export async function followers() {
  return (await list("api/user/get_follower")).map(({ follower_id: id }) => id);
}
export async function followees() {
  return (await list("api/user/get_followee")).map(({ followee_id: id }) => id);
}

let settings;

/** Where media are kept. */
export async function mediaAddress() {
  settings ??= read("settings.json");
  try {
    return new URL((await settings).media, location.href).origin;
  } catch (failure) {
    // The next one who asks may have more luck.
    settings = undefined;
    throw failure;
  }
}

/** Sends a file to where media are kept; answers its `{ id, type }`. */
export async function upload(file) {
  const form = new FormData();
  form.append("media", file, file.name);
  const init = { method: "POST", body: form, credentials: "omit" };
  const address = `${await mediaAddress()}/upload-media`;
  const text = await ask(address, init, uploadDeadlineMs);
  const { media_id: id, media_type: type } = parsed(address, text);
  return { id, type };
}

async function read(path) {
  return parsed(path, await ask(path, { cache: "no-store" }));
}

async function list(path) {
  const value = await read(path);
  if (Array.isArray(value)) return value;
  throw unreadable({ request: path, text: JSON.stringify(value) });
}

/** A redirect is how the server says that it is done; where to, these pages know themselves. */
async function send(path, fields) {
  await ask(path, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
}

async function ask(path, init, waitMs = deadlineMs) {
  const request = `${init.method ?? "GET"} ${path}`;
  const signal = AbortSignal.timeout(waitMs);
  try {
    const response = await fetch(path, { ...init, signal });
    if (response.type === "opaqueredirect") return "";
    const text = await response.text();
    if (response.ok) return text;
    throw answeredWithError({ request, status: response.status, text });
  } catch (cause) {
    if (signal.aborted) throw tooLate({ request, deadlineMs: waitMs });
    if (cause instanceof TypeError) throw cutOff({ request, cause });
    throw cause;
  }
}

function parsed(request, text) {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable({ request, text });
  }
}
