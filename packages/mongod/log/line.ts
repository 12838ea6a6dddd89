import { EJSON, UUID } from "bson";
import type { LogEvent } from "./events.ts";

export type Attributes = Readonly<Record<string, unknown>>;

/** An attribute whose JSON is longer is cut, as `maxLogSizeKB` does. */
const attributeLengthMax = 10 * 1024;

/**
 * One line of the log, without its end: MongoDB's structured JSON, padded as mongod pads it
 * so that columns line up. BSON values come out as relaxed extended JSON.
 */
export function logLine(
  event: LogEvent,
  occasion: { readonly context: string; readonly attributes?: Attributes; readonly now: Date },
): string {
  const severity = `"${event.severity}",`.padEnd(6);
  const component = `"${event.component}",`.padEnd(12);
  const id = `${event.id},`.padEnd(9);
  const context = JSON.stringify(occasion.context);
  const head = `{"t":{"$date":"${localTime(occasion.now)}"},"s":${severity}"c":${component}`;
  const text = `"id":${id}"ctx":${context},"msg":${JSON.stringify(event.message)}`;
  return `${head}${text}${attributesText(occasion.attributes)}}`;
}

function attributesText(attributes: Attributes | undefined): string {
  if (!attributes) return "";

  const cut: Record<string, { type: string; size: number }> = {};
  const fields: string[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const json = toJson(value);
    const tooLong = json.length > attributeLengthMax;
    if (tooLong) cut[name] = { type: typeof value, size: json.length };
    const kept = tooLong ? JSON.stringify(json.slice(0, attributeLengthMax)) : json;
    fields.push(`${JSON.stringify(name)}:${kept}`);
  }
  const truncated = Object.keys(cut).length > 0 ? `,"truncated":${JSON.stringify(cut)}` : "";
  return `,"attr":{${fields.join(",")}}${truncated}`;
}

function toJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return EJSON.stringify(value, withUuids, 0, { relaxed: true });
}

/** The server writes `{"$uuid": …}` where the library writes the bytes of a UUID. */
function withUuids(_field: string, value: unknown): unknown {
  if (!isUuid(value)) return value;
  return { $uuid: new UUID(Buffer.from(value.$binary.base64, "base64")).toHexString() };
}

function isUuid(value: unknown): value is { $binary: { base64: string; subType: "04" } } {
  if (typeof value !== "object" || value === null || !("$binary" in value)) return false;
  const binary = Object(value.$binary);
  return binary.subType === "04" && typeof binary.base64 === "string";
}

/** ISO 8601 in the machine's own time zone, with the offset, as mongod writes it. */
export function localTime(at: Date): string {
  const offsetMinutes = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + offsetMinutes * 60_000).toISOString().slice(0, -1);
  const sign = offsetMinutes < 0 ? "-" : "+";
  const hours = String(Math.floor(Math.abs(offsetMinutes) / 60)).padStart(2, "0");
  const minutes = String(Math.abs(offsetMinutes) % 60).padStart(2, "0");
  return `${local}${sign}${hours}:${minutes}`;
}
