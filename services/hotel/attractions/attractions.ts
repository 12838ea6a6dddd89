import type { AttractionsHandlers } from "@faultline/proto/hotel";
import type { Call, CallScope } from "@faultline/rpc/call";
import type { Document, Mongo } from "@faultline/stores/mongo";
import type { Point } from "../distance.ts";
import { createGeoIndex, type GeoIndex } from "../geo-index.ts";
import { numberOf, textOf } from "../stored-values.ts";

/** A document of `attractions-db.hotels`; `lat` and `lon` in degrees. */
export interface HotelPoint extends Document {
  readonly hotelId: string;
  readonly lat: number;
  readonly lon: number;
}

/**
 * Finds what is worth a visit near a hotel. Restaurants, museums and cinemas are read once, when the service
 * starts, as in the original; hotels are read at every call. Throws if the places cannot be read.
 */
export async function createAttractions(
  mongo: Mongo,
  scope: CallScope,
): Promise<AttractionsHandlers> {
  const [restaurants, museums, cinemas] = await Promise.all([
    loadPlaces(mongo, { collection: "restaurants", idField: "restaurantId" }, scope),
    loadPlaces(mongo, { collection: "museums", idField: "museumId" }, scope),
    loadPlaces(mongo, { collection: "cinemas", idField: "cinemaId" }, scope),
  ]);
  const nearbyOf =
    (places: GeoIndex) =>
    async ({ hotelId }: { hotelId: string }, call: Call) => {
      const hotel = await pointOfHotel(mongo, hotelId, call);
      return { attractionIds: hotel ? places.nearest(hotel) : [] };
    };
  return {
    nearbyRest: nearbyOf(restaurants),
    nearbyMus: nearbyOf(museums),
    nearbyCinema: nearbyOf(cinemas),
  };
}

async function loadPlaces(
  mongo: Mongo,
  { collection, idField }: { collection: string; idField: string },
  scope: CallScope,
): Promise<GeoIndex> {
  const documents = await mongo.collection(collection).find({}, scope);
  return createGeoIndex(
    documents.map((each) => ({
      id: textOf(each[idField]),
      lat: numberOf(each.lat),
      lon: numberOf(each.lon),
    })),
  );
}

/** Of several documents for one hotel the last counts. */
async function pointOfHotel(
  mongo: Mongo,
  hotelId: string,
  scope: CallScope,
): Promise<Point | undefined> {
  const found = await mongo.collection<HotelPoint>("hotels").find({ hotelId }, scope);
  const hotel = found.at(-1);
  return hotel && { lat: numberOf(hotel.lat), lon: numberOf(hotel.lon) };
}
