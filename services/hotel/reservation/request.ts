import type { ReservationRequest } from "@faultline/proto/hotel";
import { invalidArgument } from "@faultline/rpc/errors";
import { type Night, nightsMax, nightsOfStay } from "../stay-dates.ts";

const customerNameBytesMax = 16_384;
/** As many keys as memcached is asked for in one exchange: one a hotel and one a night. */
const keysMax = 50_000;

/** A booking somebody asks for, checked. */
export interface BookingRequest {
  readonly customerName: string;
  readonly hotelId: string;
  readonly inDate: string;
  readonly outDate: string;
  /** 0 asks whether there is a free room, more or less, and books none. */
  readonly rooms: number;
}

/** A question for free rooms, checked. */
export interface AvailabilityRequest {
  readonly hotelIds: readonly string[];
  readonly nights: readonly Night[];
  readonly rooms: number;
}

/** Reads a booking; of several hotels only the first counts. Throws `invalidArgument`. */
export function parseBooking(request: ReservationRequest): BookingRequest {
  parseNights(request);
  const [hotelId] = request.hotelId;
  if (hotelId === undefined) throw invalidArgument("hotelId names no hotel");
  const { customerName, inDate, outDate } = request;
  if (Buffer.byteLength(customerName) > customerNameBytesMax) {
    throw invalidArgument(`customerName is longer than ${customerNameBytesMax} bytes`);
  }
  return { customerName, hotelId, inDate, outDate, rooms: parseRooms(request) };
}

/** Reads a question for free rooms; a hotel asked for twice counts once. Throws `invalidArgument`. */
export function parseAvailability(request: ReservationRequest): AvailabilityRequest {
  const nights = parseNights(request);
  const hotelIds = [...new Set(request.hotelId)];
  if (hotelIds.length * (nights.length + 1) > keysMax) {
    throw invalidArgument(`hotels times days is more than ${keysMax}`);
  }
  return { hotelIds, nights, rooms: parseRooms(request) };
}

function parseNights({ inDate, outDate }: ReservationRequest): Night[] {
  const nights = nightsOfStay(inDate, outDate);
  if (nights) return nights;
  throw invalidArgument(
    `inDate and outDate have to be days (YYYY-MM-DD) in order, at most ${nightsMax} nights apart`,
  );
}

function parseRooms({ roomNumber }: ReservationRequest): number {
  if (roomNumber < 0) throw invalidArgument("roomNumber is negative");
  return roomNumber;
}
