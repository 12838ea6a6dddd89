import type { Judge } from "../journey.ts";
import { shown } from "../verdict.ts";
import type { Bookings, Stay } from "./bookings.ts";
import { distanceM, nearby } from "./nearby.ts";
import { type Hotel, hotelById, hotels, type Point } from "./seed-data.ts";

export const booked = "Reserve successfully!";
export const refused = "Failed. Already reserved. ";
export const loggedIn = "Login successfully!";

/** The body must be this message, to the byte. */
export function isMessage(text: string): Judge {
  return (body) =>
    body === written(text) ? undefined : `"${text}" was expected, ${shown(body)} came`;
}

/** The rooms must be booked, unless they may be gone; and not be booked if they are gone for certain. */
export function isBooking(stay: Stay, rooms: number, bookings: Bookings): Judge {
  const gone = bookings.mustBeFull(stay, rooms);
  bookings.attempt(stay, rooms);
  return (body) => {
    if (body === written(refused)) {
      // The attempt itself is counted already.
      return bookings.mayBeFull(stay, 0) ? undefined : "rooms were refused that are free";
    }
    if (body !== written(booked)) return isMessage(booked)(body);
    bookings.acknowledge(stay, rooms);
    return gone ? "rooms were sold that others have booked" : undefined;
  };
}

/** The hotels must be those nearby that have a rate, less those that bookings explain, in any order. */
export function areFreeHotels(at: Point, nights: Omit<Stay, "hotelId">, bookings: Bookings): Judge {
  const found = ratedNearby(at);
  const stayIn = (hotelId: string) => ({ hotelId, ...nights });
  const gone = found.filter((id) => bookings.mustBeFull(stayIn(id), 1));
  return areHotels((ids) => {
    for (const id of found) {
      if (!ids.has(id) && !bookings.mayBeFull(stayIn(id), 1)) {
        return `hotel ${id} is missing, and no booking explains it`;
      }
      if (ids.has(id) && gone.includes(id)) return `hotel ${id} is shown, and is fully booked`;
    }
    return surplus(ids, found);
  });
}

/** The hotels must be exactly these, in any order. */
export function areExactly(expected: readonly string[]): Judge {
  return areHotels((ids) => {
    const missing = expected.find((id) => !ids.has(id));
    return missing === undefined ? surplus(ids, expected) : `hotel ${missing} is missing`;
  });
}

/** What is recommended, by what is wished for. */
export function recommended(wish: string, at: Point): readonly string[] {
  if (wish === "rate") return dearest;
  if (wish === "price") return cheapest;
  return lowest((hotel) => distanceM(at, hotel.recommended));
}

const places = hotels.map(({ id, searched }) => ({ id, at: searched }));
const dearest = lowest(({ rate }) => -rate);
const cheapest = lowest(({ price }) => price);

/** Search is asked in single precision. */
function ratedNearby({ lat, lon }: Point): string[] {
  const centre = { lat: Math.fround(lat), lon: Math.fround(lon) };
  return nearby(places, centre).filter((id) => hotelById.get(id)?.rated);
}

function lowest(value: (hotel: Hotel) => number): string[] {
  const min = Math.min(...hotels.map(value));
  return hotels.filter((hotel) => value(hotel) === min).map(({ id }) => id);
}

function surplus(ids: ReadonlySet<string>, expected: readonly string[]): string | undefined {
  const extra = [...ids].find((id) => !expected.includes(id));
  return extra === undefined ? undefined : `hotel ${extra} does not belong here`;
}

/** The body must be, to the byte, the collection of some hotels, each once; which ones, is judged on. */
function areHotels(judge: (ids: ReadonlySet<string>) => string | undefined): Judge {
  return (body) => {
    const ids = idsIn(body);
    if (new Set(ids).size !== ids.length) return `a hotel is listed twice: ${ids}`;
    if (body !== collectionOf(ids)) return `not the GeoJSON of the hotels ${ids}: ${shown(body)}`;
    return judge(new Set(ids));
  };
}

/** The ids of the features, as far as there are any. */
function idsIn(body: string): string[] {
  const ids = body.matchAll(/"id":"(\d{1,9})"/g);
  return Array.from(ids, ([, id = ""]) => id);
}

function collectionOf(ids: readonly string[]): string {
  const features = ids.map((id) => featureById.get(id) ?? "unknown");
  return `{"features":[${features}],"type":"FeatureCollection"}\n`;
}

const featureById = new Map(hotels.map((hotel) => [hotel.id, featureOf(hotel)]));

function featureOf({ id, shown: { lat, lon }, name, phone }: Hotel): string {
  const geometry = `{"coordinates":[${singleText(lon)},${singleText(lat)}],"type":"Point"}`;
  const properties = `{"name":"${name}","phone_number":"${phone}"}`;
  return `{"geometry":${geometry},"id":"${id}","properties":${properties},"type":"Feature"}`;
}

/** The shortest decimal that stands for this number of single precision. */
function singleText(single: number): string {
  for (let digits = 1; digits < 17; digits++) {
    const text = Number(single.toPrecision(digits));
    if (Math.fround(text) === single) return String(text);
  }
  return String(single);
}

function written(message: string): string {
  return `{"message":"${message}"}\n`;
}
