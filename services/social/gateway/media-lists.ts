import { mediaPerPostMax, mediaTypeMax } from "../limits.ts";
import { badRequest } from "../refusal.ts";
import type { Form } from "./form.ts";
import { checkedName, parseId } from "./parameters.ts";

/** The pictures and films of a post: ids and types that belong together by their place. */
export interface MediaLists {
  readonly mediaIds: bigint[];
  readonly mediaTypes: string[];
}

/** Reads the two JSON lists. Unless both are there, the post has no media. Throws a `Refusal` if they are no lists of that. */
export function parseMedia(form: Form): MediaLists {
  const [ids, types] = [form.get("media_ids"), form.get("media_types")];
  if (ids === undefined || types === undefined) return { mediaIds: [], mediaTypes: [] };
  return {
    mediaIds: listOf("media_ids", ids).map((id) => parseId("each of media_ids", digitsOf(id))),
    mediaTypes: listOf("media_types", types).map(mediaType),
  };
}

function mediaType(type: unknown): string {
  if (typeof type !== "string") throw badRequest("media_types must be a list of strings");
  if (type.length > mediaTypeMax) {
    throw badRequest(`each of media_types has at most ${mediaTypeMax} characters`);
  }
  return checkedName("media_types", type);
}

/** A number of JSON as it was written: a double would not hold it. */
class Digits {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function digitsOf(id: unknown): string {
  if (typeof id === "string") return id;
  return id instanceof Digits ? id.text : "";
}

function listOf(name: string, json: string): unknown[] {
  const value = parsed(json);
  if (!Array.isArray(value)) throw badRequest(`${name} must be a JSON list`);
  if (value.length > mediaPerPostMax) throw badRequest(`${name} has at most ${mediaPerPostMax}`);
  return value;
}

/** The value of a text of JSON, numbers as they are written; undefined if it is none. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json, asWritten);
  } catch {
    // The caller says what it should have been.
    return undefined;
  }
}

// The third parameter is newer than the types of the standard library.
const asWritten = (
  _key: string,
  value: unknown,
  written?: { readonly source?: string },
): unknown => (typeof value === "number" ? new Digits(written?.source ?? "") : value);
