import type { ReviewComm } from "@faultline/proto/hotel";
import { shortestFloat32 } from "../float32.ts";
import { cachedFieldsOf, numberOf, textOf } from "../stored-values.ts";

/** The review in a document or a cached object, whose field names begin in lower case. */
export function reviewOf(fields: Record<string, unknown>, hotelId: string): ReviewComm {
  const images = fields.images ? cachedFieldsOf(fields.images) : undefined;
  return {
    reviewId: textOf(fields.reviewId),
    // Cached reviews do not name their hotel: the key does.
    hotelId,
    name: textOf(fields.name),
    rating: Math.fround(numberOf(fields.rating)),
    description: textOf(fields.description),
    images: images && { url: textOf(images.url), default: images.default === true },
  };
}

/** The reviews of one hotel as the cache keeps them: a JSON array, with the original's spelling. */
export function encodeReviews(reviews: readonly ReviewComm[]): string {
  return JSON.stringify(
    reviews.map(({ reviewId, name, rating, description, images }) => ({
      reviewId,
      name,
      rating: shortestFloat32(rating),
      description,
      images: images && { url: images.url, ...(images.default && { default: true }) },
    })),
  );
}

/** Reads what this or the original has cached; anything but an array of objects with an id is a miss. */
export function decodeReviews(bytes: Buffer, hotelId: string): ReviewComm[] | undefined {
  const cached: unknown = JSON.parse(bytes.toString());
  if (!Array.isArray(cached)) return undefined;
  const reviews = cached.map((each) => reviewOf(cachedFieldsOf(each), hotelId));
  return reviews.every((review) => review.reviewId !== "") ? reviews : undefined;
}
