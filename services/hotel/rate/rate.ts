import type { RateHandlers, RatePlan } from "@faultline/proto/hotel";
import { cachedMany } from "@faultline/stores/cached";
import { decodedOnce } from "@faultline/stores/decoded-once";
import type { Cache } from "@faultline/stores/memcached";
import type { Document, Mongo } from "@faultline/stores/mongo";
import { fieldsOf } from "../stored-values.ts";
import { decodePlans, encodePlans, planOf } from "./rate-plans.ts";

/** A document of `rate-db.inventory`. */
export interface StoredPlan extends Document {
  readonly hotelId: string;
  readonly code: string;
  readonly inDate: string;
  readonly outDate: string;
  readonly roomType?: Document;
}

/**
 * Knows what rooms cost: all plans of the hotels asked for, dearest first, whatever the dates, as in the original.
 * Hotels without plans are cached as such. Throws if plans have to be read and the database fails.
 */
export function createRate(mongo: Mongo, cache: Cache): RateHandlers {
  const inventory = mongo.collection<StoredPlan>("inventory");
  const plansOfHotels = cachedMany<RatePlan[]>({
    cache,
    keyOf: (hotelId) => hotelId,
    decode: decodedOnce(decodePlans),
    encode: encodePlans,
    illegalKeys: "omit",
    async load(hotelIds, scope) {
      const plans = new Map<string, RatePlan[]>(hotelIds.map((hotelId) => [hotelId, []]));
      const found = await inventory.find({ hotelId: { $in: hotelIds } }, scope);
      for (const document of found) plans.get(document.hotelId)?.push(planOf(fieldsOf(document)));
      return plans;
    },
  });

  return {
    async getRates({ hotelIds }, call) {
      const plans = await plansOfHotels(hotelIds, call);
      return { ratePlans: [...plans.values()].flat().sort((a, b) => priceOf(b) - priceOf(a)) };
    },
  };
}

function priceOf({ roomType }: RatePlan): number {
  return roomType?.totalRate ?? 0;
}
