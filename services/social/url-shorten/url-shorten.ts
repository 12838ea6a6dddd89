import { randomInt } from "node:crypto";
import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import type { Collection, Document, Mongo } from "@faultline/stores/mongo";
import {
  ErrorCode,
  serviceException,
  type Url,
  type UrlShortenServiceHandlers,
} from "@faultline/thrift/social";
import { isDuplicate, ofMongo } from "../store-failures.ts";
import { ensureUnique } from "../unique-index.ts";

/** A document of `url-shorten.url-shorten`. */
export interface StoredUrl extends Document {
  readonly shortened_url: string;
  readonly expanded_url: string;
}

export interface UrlShortenParts {
  readonly mongo: Mongo;
  /** Draws the last part of a short URL. */
  readonly draw?: () => string;
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const lettersPerUrl = 10;
/** As many URLs as one call may be about: more than a text has room for. */
const urlsMax = 8_192;
/** More URLs than these go to the database by themselves, and do not keep others waiting. */
const groupedMax = 64;
const attemptsMax = 5;

/** Gives URLs short ones, and tells what these stand for. */
export function createUrlShorten({
  mongo,
  draw = drawLetters,
}: UrlShortenParts): UrlShortenServiceHandlers {
  const stored = mongo.collection<StoredUrl>("url-shorten");
  return {
    async composeUrls({ urls }, call) {
      assertFew(urls);
      if (urls.length === 0) return [];
      return await insertShortened(stored, urls, draw, call);
    },

    async getExtendedUrls({ shortenedUrls }, call) {
      assertFew(shortenedUrls);
      if (shortenedUrls.length === 0) return [];
      const asked = { shortened_url: { $in: [...new Set(shortenedUrls)] } };
      const found = await ofMongo(stored.find(asked, call));
      const expanded = new Map(found.map((url) => [url.shortened_url, url.expanded_url]));
      // One answer for each question, in its place: unknown ones stand for nothing.
      return shortenedUrls.map((url) => expanded.get(url) ?? "");
    },
  };
}

/** The original's index, without which a short URL could be given twice. */
export async function indexUrls(mongo: Mongo, scope: CallScope): Promise<void> {
  await ensureUnique(mongo.collection<StoredUrl>("url-shorten"), "shortened_url", scope);
}

/** Inserts the URLs under names that nobody has drawn before; a batch in which one is taken is drawn again. */
async function insertShortened(
  stored: Collection<StoredUrl>,
  urls: readonly string[],
  draw: () => string,
  call: CallScope,
): Promise<Url[]> {
  for (let attempt = 1; ; attempt++) {
    const made = urls.map((expandedUrl) => {
      return { shortenedUrl: `http://short-url/${draw()}`, expandedUrl };
    });
    try {
      // It need not wait for the journal: the post, which does, holds these URLs too.
      await stored.insertMany(made.map(documentOf), call, { grouped: urls.length <= groupedMax });
      return made;
    } catch (error) {
      if (attempt < attemptsMax && isDuplicate(error)) continue;
      throw insertFailure(error, call);
    }
  }
}

function documentOf({ shortenedUrl, expandedUrl }: Url): StoredUrl {
  return { shortened_url: shortenedUrl, expanded_url: expandedUrl };
}

function drawLetters(): string {
  return Array.from({ length: lettersPerUrl }, () => letters[randomInt(letters.length)]).join("");
}

function insertFailure(error: unknown, { log }: CallScope): unknown {
  if (!(error instanceof ServiceError)) return error;
  // That the time is over, or the caller gone, says nothing about the database.
  if (error.code === "deadlineExceeded" || error.code === "canceled") return error;
  log.error(`MongoDB error: ${error.message}`);
  log.error("Failed to upload shortened urls from MongoDB", { reason: error.message });
  const text = "Failed to insert urls to MongoDB";
  return serviceException(ErrorCode.SE_MONGODB_ERROR, text, { cause: error });
}

function assertFew(urls: readonly string[]): void {
  if (urls.length <= urlsMax) return;
  throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, `at most ${urlsMax} URLs at once`);
}
