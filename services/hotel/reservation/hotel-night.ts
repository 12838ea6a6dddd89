import { isLegalKey } from "@faultline/stores/memcached";
import { type Night, nightsOfStay } from "../stay-dates.ts";

/** One night in one hotel: what rooms are counted and sold by. */
export interface HotelNight extends Night {
  readonly hotelId: string;
}

/** The nights of a stay in a hotel, in order; none if the days make no stay. */
export function hotelNights(hotelId: string, inDate: string, outDate: string): HotelNight[] {
  return (nightsOfStay(inDate, outDate) ?? []).map((night) => ({ hotelId, ...night }));
}

/** The `_id` of a night's total. Nights are named by the day of departure, as the originals name their counters. */
export function nightId({ hotelId, outDate }: HotelNight): string {
  return `${hotelId}_${outDate}`;
}

/** Where memcached keeps how many rooms are booked in a night. */
export function counterKey({ hotelId, outDate }: HotelNight): string {
  return `${hotelId}_${outDate}_${outDate}`;
}

/** Where memcached keeps how many rooms a hotel has. */
export function capacityKey(hotelId: string): string {
  return `${hotelId}_cap`;
}

/** Whether a hotel of this name can exist: one whose counters have no legal key cannot. */
export function isHotelId(hotelId: string): boolean {
  const night = { hotelId, inDate: "0000-01-01", outDate: "0000-01-02" };
  return hotelId.length > 0 && isLegalKey(counterKey(night));
}
