import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import { lineHotelPoints } from "../seed-points.ts";
import { insertAbsent } from "../seeding.ts";
import type { RatedHotel } from "./recommendation.ts";

const namedHotels: readonly RatedHotel[] = [
  { hotelId: "1", lat: 37.7867, lon: -122.4112, rate: 109, price: 150 },
  { hotelId: "2", lat: 37.7854, lon: -122.4005, rate: 139, price: 120 },
  { hotelId: "3", lat: 37.7834, lon: -122.4071, rate: 109, price: 190 },
  { hotelId: "4", lat: 37.7936, lon: -122.393, rate: 129, price: 160 },
  { hotelId: "5", lat: 37.7831, lon: -122.4181, rate: 119, price: 140 },
  { hotelId: "6", lat: 37.7863, lon: -122.4015, rate: 149, price: 200 },
];

/** Rate and price of every third hotel from 9 on, by its number modulo 5. */
const thirdHotels = [
  { rate: 109, price: 123.17 },
  { rate: 120, price: 140 },
  { rate: 124, price: 144 },
  { rate: 132, price: 158 },
  { rate: 232, price: 258 },
] as const;
const otherHotels = { rate: 135, price: 179 };

/** Brings `recommendation-db` to its first state: 80 hotels. Running it again, or twice at once, changes nothing. */
export async function seedRecommendation(mongo: Mongo, scope: CallScope): Promise<void> {
  const recommendation = mongo.collection<RatedHotel>("recommendation");
  const documents = [...namedHotels, ...lineHotels()].map((hotel) => ({
    _id: hotel.hotelId,
    ...hotel,
  }));
  await insertAbsent(recommendation, "hotelId", documents, scope);
  await recommendation.ensureIndex({ hotelId: 1 }, scope);
}

function lineHotels(): RatedHotel[] {
  return lineHotelPoints().map(({ id, lat, lon }) => {
    const third = Number(id) % 3 === 0 ? thirdHotels[Number(id) % 5] : undefined;
    return { hotelId: id, lat, lon, ...(third ?? otherHotels) };
  });
}
