import type { Query } from "@faultline/rpc/http/route";
import type { Point } from "../distance.ts";
import { nightsOfStay } from "../stay-dates.ts";

/** A request that a client has to put right; its message is the whole answer, status 400. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

export interface Stay {
  readonly inDate: string;
  readonly outDate: string;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

const int32Max = 2_147_483_647;
const decimalNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The value of a parameter; absent and empty are the same. Throws `BadRequest` with the given text without one. */
export function required(query: Query, name: string, complaint: string): string {
  const value = query.get(name);
  if (!value) throw new BadRequest(complaint);
  return value;
}

/** The days of a stay: both there, in the calendar, in order and not too far apart. */
export function parseStay(query: Query): Stay {
  const complaint = "Please specify inDate/outDate params";
  const inDate = required(query, "inDate", complaint);
  const outDate = required(query, "outDate", complaint);
  if (!nightsOfStay(inDate, outDate)) {
    throw new BadRequest("Please check inDate/outDate format (YYYY-MM-DD)");
  }
  return { inDate, outDate };
}

/** A point in degrees, of finite decimal numbers; where on (or off) the earth it lies is not checked. */
export function parsePoint(query: Query): Point {
  return { lat: finiteNumber(query, "lat"), lon: finiteNumber(query, "lon") };
}

/** A point as `parsePoint` reads it, in the single precision that search is asked in. */
export function parsePoint32(query: Query): Point {
  const { lat, lon } = parsePoint(query);
  const point = { lat: Math.fround(lat), lon: Math.fround(lon) };
  if (!Number.isFinite(point.lat) || !Number.isFinite(point.lon)) throw new BadRequest(noPoint);
  return point;
}

export function parseLogin(query: Query): Login {
  const complaint = "Please specify username and password";
  return {
    username: required(query, "username", complaint),
    password: required(query, "password", complaint),
  };
}

export function parseHotelId(query: Query): string {
  return required(query, "hotelId", "Please specify hotelId params");
}

/** How many rooms to book: 1 to 2 147 483 647, or 0 if nothing is said. */
export function parseRooms(query: Query): number {
  const text = query.get("number");
  if (!text) return 0;
  const rooms = /^\+?\d+$/.test(text) ? Number(text) : 0;
  if (rooms < 1 || rooms > int32Max) {
    throw new BadRequest("Please check number format (positive integer)");
  }
  return rooms;
}

const noPoint = "Please specify location params";

function finiteNumber(query: Query, name: string): number {
  const text = required(query, name, noPoint);
  const value = decimalNumber.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new BadRequest(noPoint);
  return value;
}
