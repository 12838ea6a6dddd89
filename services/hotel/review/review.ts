import type { ReviewComm, ReviewHandlers } from "@faultline/proto/hotel";
import { cachedMany } from "@faultline/stores/cached";
import type { Cache } from "@faultline/stores/memcached";
import type { Document, Mongo } from "@faultline/stores/mongo";
import { fieldsOf } from "../stored-values.ts";
import { decodeReviews, encodeReviews, reviewOf } from "./hotel-reviews.ts";

/** A document of `review-db.reviews`; `rating` is a single-precision value. */
export interface StoredReview extends Document {
  readonly reviewId: string;
  readonly hotelId: string;
  readonly name: string;
  readonly rating: number;
  readonly description: string;
  readonly images?: { readonly url: string; readonly default: boolean };
}

/**
 * Keeps what guests wrote about hotels; a hotel that does not exist has no reviews. Throws if reviews have to be read
 * and the database fails.
 */
export function createReview(mongo: Mongo, cache: Cache): ReviewHandlers {
  const reviews = mongo.collection<StoredReview>("reviews");
  const reviewsOf = cachedMany<ReviewComm[]>({
    cache,
    keyOf: (hotelId) => hotelId,
    decode: decodeReviews,
    encode: encodeReviews,
    illegalKeys: "omit",
    async load(hotelIds, scope) {
      const [hotelId = ""] = hotelIds;
      const found = await reviews.find({ hotelId }, scope);
      return new Map([[hotelId, found.map((document) => reviewOf(fieldsOf(document), hotelId))]]);
    },
  });

  return {
    async getReviews({ hotelId }, call) {
      return { reviews: (await reviewsOf([hotelId], call)).get(hotelId) ?? [] };
    },
  };
}
