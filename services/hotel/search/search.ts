import type { GeoClient, RateClient, SearchHandlers } from "@faultline/proto/hotel";

/** Finds hotels near a point that have a rate plan: one id per plan, in the order of the plans. */
export function createSearch(geo: GeoClient, rate: RateClient): SearchHandlers {
  return {
    async nearby({ lat, lon, inDate, outDate }, call) {
      const { hotelIds } = await geo.nearby({ lat, lon }, call);
      const { ratePlans } = await rate.getRates({ hotelIds, inDate, outDate }, call);
      return { hotelIds: ratePlans.map((plan) => plan.hotelId) };
    },
  };
}
