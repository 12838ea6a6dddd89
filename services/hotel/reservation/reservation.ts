import type { ReservationHandlers } from "@faultline/proto/hotel";
import type { CallScope } from "@faultline/rpc/call";
import type { Cache } from "@faultline/stores/memcached";
import type { Mongo } from "@faultline/stores/mongo";
import { Availability } from "./availability.ts";
import { Booking } from "./booking.ts";
import { Bookings } from "./bookings.ts";
import { Capacities } from "./capacities.ts";
import { Closing } from "./closing.ts";
import { Counters } from "./counters.ts";
import { Ledger } from "./ledger.ts";
import { Repair } from "./repair.ts";
import { parseAvailability, parseBooking } from "./request.ts";
import { Taking } from "./taking.ts";

export interface ReservationSettings {
  readonly mongo: Mongo;
  readonly cache: Cache;
  readonly now?: () => number;
}

/** The service, and what keeps its totals right. */
export interface Reservation {
  readonly handlers: ReservationHandlers;
  readonly repair: Repair;
}

/** Sells rooms by the night, and never more than there are, in any number of replicas on one database. */
export function createReservation(settings: ReservationSettings): Reservation {
  const { mongo, cache, now = Date.now } = settings;
  const bookings = new Bookings(mongo);
  const capacities = new Capacities(mongo);
  const ledger = new Ledger(mongo, bookings);
  const counters = new Counters(cache, ledger);
  const repair = new Repair({ bookings, closing: new Closing(mongo), counters, ledger, now });
  const taking = new Taking({ counters, ledger, repair });
  const availability = new Availability({ bookings, cache, capacities, ledger, repair });
  const parts = { availability, bookings, capacities, counters, ledger, repair, taking, now };
  const booking = new Booking(parts);

  const handlers: ReservationHandlers = {
    async makeReservation(request, call) {
      const wish = parseBooking(request);
      const booked = await booking.book(wish, call);
      return { hotelId: booked ? [wish.hotelId] : [] };
    },
    async checkAvailability(request, call) {
      return { hotelId: await availability.hotels(parseAvailability(request), call) };
    },
  };
  return { handlers, repair };
}

/** The service, started: what was left undone before is put right first. Throws if that fails. */
export async function startReservation(
  settings: ReservationSettings,
  scope: CallScope,
): Promise<ReservationHandlers> {
  const { handlers, repair } = createReservation(settings);
  await repair.overhaul(scope);
  return handlers;
}
