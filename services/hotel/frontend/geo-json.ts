import type { ProfileHotel } from "@faultline/proto/hotel";
import { shortestFloat32 } from "../float32.ts";

/**
 * The hotels as GeoJSON, in the order given, with keys in alphabetical order as the originals write them. A hotel
 * without an address cannot be put on a map and is left out.
 */
export function featureCollection(hotels: readonly ProfileHotel[]) {
  return { features: hotels.flatMap(featuresOf), type: "FeatureCollection" };
}

function featuresOf({ id, name, phoneNumber, address }: ProfileHotel) {
  if (!address) return [];
  const coordinates = [shortestFloat32(address.lon), shortestFloat32(address.lat)];
  return [
    {
      geometry: { coordinates, type: "Point" },
      id,
      properties: { name, phone_number: phoneNumber },
      type: "Feature",
    },
  ];
}
