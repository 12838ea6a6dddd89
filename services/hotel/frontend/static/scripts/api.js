import { answeredWithError, cutOff, notAccepted, stopped, tooLate, unreadable } from "./failure.js";

/** How long the page waits for any answer. The server's own deadlines are shorter. */
const deadlineMs = 20_000;

const wrongPassword = "Failed. Please check your username and password.";

/**
 * A browser sends a request a second time, unasked, when a connection that served before breaks
 * off under it. Requests without credentials get connections of their own, so a booking does not
 * ride on one that a search has used.
 */
const apart = { credentials: "omit" };

/** Hotels with a free room near a point: `{ id, name, phone, lat, lon }` each, in no order. */
export async function findHotels({ stay, point }, signal) {
  return hotelsOf(await ask("/hotels", { ...stay, ...point }, signal), "/hotels");
}

/** The hotels that are nearest ("dis"), rated highest ("rate") or cheapest ("price"). */
export async function recommendHotels({ require, point }, signal) {
  const answer = await ask("/recommendations", { require, ...point }, signal);
  return hotelsOf(answer, "/recommendations");
}

/** Whether user name and password belong together. */
export async function checkUser(user, signal) {
  return (await messageOf("/user", user, signal)) === "Login successfully!";
}

/**
 * Books rooms. Answers "booked", "full" or "wrong password". Called once it is sent once: when
 * it fails other than as "refused", the rooms may be booked or not, and no one may repeat it
 * but the person.
 */
export async function bookRooms({ hotelId, stay, customerName, number, user }, signal) {
  const parameters = { hotelId, ...stay, customerName, number, ...user };
  const message = await messageOf("/reservation", parameters, signal, apart);
  if (message === "Reserve successfully!") return "booked";
  if (message === "Failed. Already reserved.") return "full";
  if (message === wrongPassword) return "wrong password";
  throw unreadable({ request: "POST /reservation", text: message });
}

/** How many there are for a hotel of "/review", "/restaurants", "/museums" or "/cinema". */
export async function countFor(path, { hotelId, user }, signal) {
  const message = await messageOf(path, { hotelId, ...user }, signal);
  const count = /^Have \w+ = (\d+)$/.exec(message)?.[1];
  if (count) return Number(count);
  if (/^Failed\. No \w+\.$/.test(message)) return 0;
  if (message === wrongPassword) throw notAccepted({ request: `POST ${path}` });
  throw unreadable({ request: `POST ${path}`, text: message });
}

/**
 * Posts a request. Its parameters are in the query, as the contract wants it; the address is
 * never the page's own, never cached and never sent on as a referrer.
 */
async function ask(path, parameters, signal, options) {
  const request = `POST ${path}`;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), deadlineMs);

  try {
    const response = await fetch(`${path}?${new URLSearchParams(parameters)}`, {
      method: "POST",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      ...options,
      signal: AbortSignal.any([signal, deadline.signal]),
    });
    const text = await response.text();
    if (!response.ok) throw answeredWithError({ request, status: response.status, text });
    return parsed(text, request);
  } catch (cause) {
    if (signal.aborted) throw stopped({ request });
    if (deadline.signal.aborted) throw tooLate({ request, deadlineMs });
    if (cause instanceof TypeError) throw cutOff({ request, cause });
    throw cause;
  } finally {
    clearTimeout(timer);
  }
}

function parsed(text, request) {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable({ request, text });
  }
}

async function messageOf(path, parameters, signal, options) {
  const answer = await ask(path, parameters, signal, options);
  if (typeof answer?.message === "string") return answer.message.trim();
  throw unreadable({ request: `POST ${path}`, text: JSON.stringify(answer) });
}

function hotelsOf(answer, path) {
  try {
    return answer.features.map(({ id, geometry, properties }) => {
      const [lon, lat] = geometry.coordinates;
      if (!Number.isFinite(lat) || !Number.isFinite(lon)) throw new TypeError("no coordinates");
      return { id: String(id), name: properties.name, phone: properties.phone_number, lat, lon };
    });
  } catch {
    throw unreadable({ request: `POST ${path}`, text: JSON.stringify(answer) });
  }
}
