import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import { namedHotelPoints } from "../seed-points.ts";
import { insertAbsent } from "../seeding.ts";

const restaurants = [
  { lat: 37.7867, lon: -122.4112, rating: 3.5, type: "fusion" },
  { lat: 37.7857, lon: -122.4012, rating: 3.9, type: "italian" },
  { lat: 37.7847, lon: -122.3912, rating: 4.5, type: "sushi" },
  { lat: 37.7862, lon: -122.4212, rating: 3.2, type: "sushi" },
  { lat: 37.7839, lon: -122.4052, rating: 4.9, type: "fusion" },
  { lat: 37.7831, lon: -122.3812, rating: 4.1, type: "american" },
] as const;

const museums = [
  { lat: 35.7867, lon: -122.4112, type: "history" },
  { lat: 36.7867, lon: -122.5112, type: "history" },
  { lat: 38.7867, lon: -122.4612, type: "nature" },
  { lat: 37.7867, lon: -122.4912, type: "nature" },
  { lat: 36.9867, lon: -122.4212, type: "nature" },
  { lat: 37.3867, lon: -122.5012, type: "technology" },
] as const;

/**
 * Brings `attractions-db` to its first state: six hotels, restaurants and museums, and no cinemas. Running it
 * again, or twice at once, changes nothing.
 */
export async function seedAttractions(mongo: Mongo, scope: CallScope): Promise<void> {
  const hotels = namedHotelPoints().map(({ id, lat, lon }) => ({
    _id: id,
    hotelId: id,
    lat,
    lon,
  }));
  await Promise.all([
    insertAbsent(mongo.collection("hotels"), "hotelId", hotels, scope),
    insertAbsent(mongo.collection("restaurants"), "restaurantId", restaurantDocuments(), scope),
    insertAbsent(mongo.collection("museums"), "museumId", museumDocuments(), scope),
  ]);
}

function restaurantDocuments() {
  return restaurants.map(({ lat, lon, rating, type }, index) => ({
    _id: String(index + 1),
    restaurantId: String(index + 1),
    lat,
    lon,
    restaurantName: `R${index + 1}`,
    // The original holds ratings in single precision.
    rating: Math.fround(rating),
    type,
  }));
}

function museumDocuments() {
  return museums.map(({ lat, lon, type }, index) => ({
    _id: String(index + 1),
    museumId: String(index + 1),
    lat,
    lon,
    museumName: `M${index + 1}`,
    type,
  }));
}
