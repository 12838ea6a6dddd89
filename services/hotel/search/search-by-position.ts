import type { GeoClient, RateClient, RatePlan, SearchHandlers } from "@faultline/proto/hotel";

/**
 * Search as it must not be, kept to be found: it takes the plans to be those of the hotels asked for, one for each
 * and in their order. Rate leaves out hotels without a plan.
 */
export function createSearchByPosition(geo: GeoClient, rate: RateClient): SearchHandlers {
  return {
    async nearby({ lat, lon, inDate, outDate }, call) {
      const { hotelIds } = await geo.nearby({ lat, lon }, call);
      const { ratePlans } = await rate.getRates({ hotelIds, inDate, outDate }, call);
      const planAt = (position: number) => ratePlans[position] as RatePlan;
      return { hotelIds: hotelIds.map((_, position) => planAt(position).hotelId) };
    },
  };
}
