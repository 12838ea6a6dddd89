import type { ProfileHandlers, ProfileHotel } from "@faultline/proto/hotel";
import { cachedMany } from "@faultline/stores/cached";
import { decodedOnce } from "@faultline/stores/decoded-once";
import type { Cache } from "@faultline/stores/memcached";
import type { Document, Mongo } from "@faultline/stores/mongo";
import { fieldsOf } from "../stored-values.ts";
import { decodeHotel, encodeHotel, hotelOf } from "./hotel-profile.ts";

/** A document of `profile-db.hotels`; `lat` and `lon` of the address are single-precision values. */
export interface StoredHotel extends Document {
  readonly id: string;
  readonly name: string;
  readonly phoneNumber: string;
  readonly description: string;
  readonly address?: Document;
}

/**
 * Knows names and addresses of hotels: one profile per hotel asked for, in the order asked; hotels that do not exist
 * are left out. Throws if profiles have to be read and the database fails; a failure is never cached.
 */
export function createProfile(mongo: Mongo, cache: Cache): ProfileHandlers {
  const hotels = mongo.collection<StoredHotel>("hotels");
  const profilesOf = cachedMany<ProfileHotel>({
    cache,
    keyOf: (id) => id,
    decode: decodedOnce(decodeHotel),
    encode: encodeHotel,
    illegalKeys: "omit",
    async load(ids, scope) {
      const found = await hotels.find({ id: { $in: ids } }, scope);
      // Of several documents for one hotel the first counts, as in the originals.
      const profiles = found.reverse().map((document) => hotelOf(fieldsOf(document)));
      return new Map(profiles.map((profile) => [profile.id, profile]));
    },
  });

  return {
    async getProfiles({ hotelIds }, call) {
      return { hotels: [...(await profilesOf(hotelIds, call)).values()] };
    },
  };
}
