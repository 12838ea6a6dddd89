import type { ProfileAddress, ProfileHotel } from "@faultline/proto/hotel";
import { shortestFloat32 } from "../float32.ts";
import { cachedFieldsOf, numberOf, textOf } from "../stored-values.ts";

/** The profile in a document or a cached object, whose field names begin in lower case. */
export function hotelOf(fields: Record<string, unknown>): ProfileHotel {
  return {
    id: textOf(fields.id),
    name: textOf(fields.name),
    phoneNumber: textOf(fields.phoneNumber),
    description: textOf(fields.description),
    address: fields.address ? addressOf(cachedFieldsOf(fields.address)) : undefined,
    images: [],
  };
}

function addressOf(fields: Record<string, unknown>): ProfileAddress {
  return {
    streetNumber: textOf(fields.streetNumber),
    streetName: textOf(fields.streetName),
    city: textOf(fields.city),
    state: textOf(fields.state),
    country: textOf(fields.country),
    postalCode: textOf(fields.postalCode),
    lat: Math.fround(numberOf(fields.lat)),
    lon: Math.fround(numberOf(fields.lon)),
  };
}

/** A profile as the cache keeps it: one JSON object, with the original's spelling. */
export function encodeHotel({ id, name, phoneNumber, description, address }: ProfileHotel): string {
  return JSON.stringify({
    Id: id,
    Name: name,
    PhoneNumber: phoneNumber,
    Description: description,
    Address: address ? spelledAddress(address) : null,
    Images: null,
  });
}

/** Reads what this or an original has cached. Originals cache empty profiles after failures: those are misses. */
export function decodeHotel(bytes: Buffer, id: string): ProfileHotel | undefined {
  const hotel = hotelOf(cachedFieldsOf(JSON.parse(bytes.toString())));
  return hotel.id === id ? hotel : undefined;
}

function spelledAddress(address: ProfileAddress) {
  return {
    StreetNumber: address.streetNumber,
    StreetName: address.streetName,
    City: address.city,
    State: address.state,
    Country: address.country,
    PostalCode: address.postalCode,
    Lat: shortestFloat32(address.lat),
    Lon: shortestFloat32(address.lon),
  };
}
