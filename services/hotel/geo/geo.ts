import type { GeoHandlers } from "@faultline/proto/hotel";
import type { CallScope } from "@faultline/rpc/call";
import type { Document, Mongo } from "@faultline/stores/mongo";
import { createGeoIndex } from "../geo-index.ts";
import { numberOf, textOf } from "../stored-values.ts";

/** A document of `geo-db.geo`: where a hotel stands, in degrees. */
export interface HotelPoint extends Document {
  readonly hotelId: string;
  readonly lat: number;
  readonly lon: number;
}

/**
 * Finds hotels near a point. The hotels are read once, when the service starts, as in the original: what
 * happens to the database later shows only at the next start. Throws if they cannot be read.
 */
export async function createGeo(mongo: Mongo, scope: CallScope): Promise<GeoHandlers> {
  const hotels = await mongo.collection<HotelPoint>("geo").find({}, scope);
  const index = createGeoIndex(
    hotels.map(({ hotelId, lat, lon }) => ({
      id: textOf(hotelId),
      lat: numberOf(lat),
      lon: numberOf(lon),
    })),
  );
  return {
    async nearby({ lat, lon }) {
      return { hotelIds: index.nearest({ lat, lon }) };
    },
  };
}
