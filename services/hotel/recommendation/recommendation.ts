import type { RecommendationHandlers } from "@faultline/proto/hotel";
import type { CallScope } from "@faultline/rpc/call";
import type { Document, Mongo } from "@faultline/stores/mongo";
import { distanceM } from "../distance.ts";
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
  const wherever = new Map([...scores].map(([require, score]) => [require, best(hotels, score)]));

  return {
    async getRecommendations({ require, lat, lon }) {
      if (require !== "dis") return { HotelIds: wherever.get(require) ?? [] };
      return { HotelIds: best(hotels, (hotel) => distanceM({ lat, lon }, hotel) / 1000) };
    },
  };
}

type Score = (hotel: RatedHotel) => number;

/** What makes a hotel good, wherever one is, by the name a request gives it. The lowest score wins. */
const scores = new Map<string, Score>([
  ["price", ({ price }) => numberOf(price)],
  // A rate below zero never wins: the original starts its search for the highest one at zero.
  ["rate", ({ rate }) => (numberOf(rate) < 0 ? Number.NaN : -numberOf(rate))],
]);

/** Every hotel whose score equals the lowest one exactly; NaN is no score. */
function best(hotels: readonly RatedHotel[], score: Score): string[] {
  let lowest = Infinity;
  let ids: string[] = [];
  for (const hotel of hotels) {
    const own = score(hotel);
    if (own < lowest) ids = [];
    if (own <= lowest) {
      lowest = own;
      ids.push(textOf(hotel.hotelId));
    }
  }
  return ids;
}
