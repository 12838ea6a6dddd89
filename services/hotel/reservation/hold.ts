import { type HotelNight, hotelNights } from "./hotel-night.ts";

/** Rooms that a booking under way has taken out of sale, for every night of its stay. */
export interface Hold {
  /** Names the booking; no other has this name. */
  readonly booking: string;
  readonly hotelId: string;
  readonly inDate: string;
  readonly outDate: string;
  readonly rooms: number;
  /** From then on, others may decide how the booking ended. */
  readonly until: Date;
}

export function nightsOfHold({ hotelId, inDate, outDate }: Hold): HotelNight[] {
  return hotelNights(hotelId, inDate, outDate);
}

export function isExpired(hold: Hold, nowMs: number): boolean {
  return hold.until.getTime() <= nowMs;
}
