import type { RecommendationHandlers } from "@faultline/proto/hotel";
import type { CallScope } from "@faultline/rpc/call";
import type { Document, Mongo } from "@faultline/stores/mongo";
import { distanceM, type Point } from "../distance.ts";
import { numberOf, textOf } from "../stored-values.ts";

/** A document of `recommendation-db.recommendation`; `lat` and `lon` in degrees. */
export interface RatedHotel extends Document {
  readonly hotelId: string;
  readonly lat: number;
  readonly lon: number;
  readonly rate: number;
  readonly price: number;
}

/**
 * Recommends the hotels that are best by distance, rate or price. The hotels are read once, when the service
 * starts, as in the original. Throws if they cannot be read.
 */
export async function createRecommendation(
  mongo: Mongo,
  scope: CallScope,
): Promise<RecommendationHandlers> {
  const documents = await mongo.collection<RatedHotel>("recommendation").find({}, scope);
  const hotels = [...new Map(documents.map((each) => [each.hotelId, each])).values()];

  return {
    async getRecommendations({ require, lat, lon }) {
      const score = scores.get(require);
      if (!score) return { HotelIds: [] };
      return { HotelIds: best(hotels, (hotel) => score(hotel, { lat, lon })) };
    },
  };
}

type Score = (hotel: RatedHotel, from: Point) => number;

/** What makes a hotel good, by the name a request gives it. The lowest score wins. */
const scores = new Map<string, Score>([
  ["dis", (hotel, from) => distanceM(from, hotel) / 1000],
  ["price", (hotel) => numberOf(hotel.price)],
  // A rate below zero never wins: the original starts its search for the highest one at zero.
  ["rate", (hotel) => (numberOf(hotel.rate) < 0 ? Number.NaN : -numberOf(hotel.rate))],
]);

/** Every hotel whose score equals the lowest one exactly; NaN is no score. */
function best(hotels: readonly RatedHotel[], score: (hotel: RatedHotel) => number): string[] {
  const scored = hotels.map((hotel) => ({ id: textOf(hotel.hotelId), score: score(hotel) }));
  const valid = scored.filter((each) => !Number.isNaN(each.score));
  const lowest = valid.reduce((least, each) => Math.min(least, each.score), Infinity);
  return valid.filter((each) => each.score === lowest).map((each) => each.id);
}
