import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import { lineHotelPoints, namedHotelPoints } from "../seed-points.ts";
import { insertAbsent } from "../seeding.ts";
import type { HotelPoint } from "./geo.ts";

/** Brings `geo-db` to its first state: 80 hotels. Running it again, or twice at once, changes nothing. */
export async function seedGeo(mongo: Mongo, scope: CallScope): Promise<void> {
  const geo = mongo.collection<HotelPoint>("geo");
  const documents = [...namedHotelPoints(), ...lineHotelPoints()].map(({ id, lat, lon }) => ({
    _id: id,
    hotelId: id,
    lat,
    lon,
  }));
  await insertAbsent(geo, "hotelId", documents, scope);
  await geo.ensureIndex({ hotelId: 1 }, scope);
}
