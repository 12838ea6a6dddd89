import type { Place } from "./geo-index.ts";

const namedHotels: readonly Place[] = [
  { id: "1", lat: 37.7867, lon: -122.4112 },
  { id: "2", lat: 37.7854, lon: -122.4005 },
  // The profile says 37.7834; clients know the answers that come of the difference, so it stays.
  { id: "3", lat: 37.7854, lon: -122.4071 },
  { id: "4", lat: 37.7936, lon: -122.393 },
  { id: "5", lat: 37.7831, lon: -122.4181 },
  { id: "6", lat: 37.7863, lon: -122.4015 },
];

/** Where hotels 1 to 6 stand. */
export function namedHotelPoints(): readonly Place[] {
  return namedHotels;
}

/** Where hotels 7 to 80 stand: on a line that leads north-east out of the city. */
export function lineHotelPoints(): Place[] {
  return Array.from({ length: 74 }, (_, index) => {
    const i = index + 7;
    return { id: String(i), lat: 37.7835 + (i / 500) * 3, lon: -122.41 + (i / 500) * 4 };
  });
}
