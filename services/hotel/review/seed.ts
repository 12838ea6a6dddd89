import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import { insertAbsent } from "../seeding.ts";
import type { StoredReview } from "./review.ts";

const ratings = [
  { hotelId: "1", rating: 3.4 },
  { hotelId: "1", rating: 4.4 },
  { hotelId: "1", rating: 4.2 },
  { hotelId: "1", rating: 3.9 },
  { hotelId: "2", rating: 4.2 },
  { hotelId: "2", rating: 3.7 },
] as const;

const description =
  "Rooms of polished calm above a lobby of playful oversized furniture: a designer's luxury hotel, " +
  "close to Union Square's shops and theatres and a few steps from the Muni line.";

/** Brings `review-db` to its first state: six reviews. Running it again, or twice at once, changes nothing. */
export async function seedReview(mongo: Mongo, scope: CallScope): Promise<void> {
  const documents = ratings.map(({ hotelId, rating }, index) => ({
    _id: String(index + 1),
    reviewId: String(index + 1),
    hotelId,
    name: `Person ${index + 1}`,
    // The original holds ratings in single precision.
    rating: Math.fround(rating),
    description,
    images: { url: "some url", default: false },
  }));
  const reviews = mongo.collection<StoredReview>("reviews");
  await insertAbsent(reviews, "reviewId", documents, scope);
  await reviews.ensureIndex({ hotelId: 1 }, scope);
}
