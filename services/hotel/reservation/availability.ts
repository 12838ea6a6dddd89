import type { CallScope } from "@faultline/rpc/call";
import { cachedMany } from "@faultline/stores/cached";
import type { Cache } from "@faultline/stores/memcached";
import type { Bookings } from "./bookings.ts";
import type { Capacities } from "./capacities.ts";
import { counterTtlS } from "./counters.ts";
import { capacityKey, counterKey, type HotelNight, isHotelId, nightId } from "./hotel-night.ts";
import type { Ledger } from "./ledger.ts";
import type { Repair } from "./repair.ts";
import type { AvailabilityRequest } from "./request.ts";

/** What availability is worked out from. */
export interface AvailabilityParts {
  readonly bookings: Bookings;
  readonly cache: Cache;
  readonly capacities: Capacities;
  readonly ledger: Ledger;
  readonly repair: Repair;
}

/** Says where rooms are free. */
export class Availability {
  readonly #parts: AvailabilityParts;

  constructor(parts: AvailabilityParts) {
    this.#parts = parts;
  }

  /** The hotels that have the rooms in every night, in the order asked; hotels that do not exist are left out. */
  async hotels(request: AvailabilityRequest, scope: CallScope): Promise<string[]> {
    const asked = question(request);
    const { cache } = this.#parts;
    const read = cachedMany<number>({
      cache,
      keyOf: (key) => key,
      encode: String,
      decode: decodeCounter,
      load: (keys, loading) => this.#load(asked, keys, loading),
      ttlS: counterTtlS,
      fillWith: "add",
    });
    const numbers = await read([...asked.capacities.keys(), ...asked.counters.keys()], scope);

    const hasRooms = (hotelId: string) => {
      const capacity = numbers.get(capacityKey(hotelId));
      if (capacity === undefined) return false;
      return nightsIn(hotelId, request).every((night) => {
        return (numbers.get(counterKey(night)) ?? 0) + request.rooms <= capacity;
      });
    };
    return [...asked.capacities.values()].filter(hasRooms);
  }

  /** Whether no night of the stay is sold beyond the hotel's capacity, by the database alone. */
  async fits(nights: readonly HotelNight[], capacity: number, scope: CallScope): Promise<boolean> {
    const booked = await this.#booked(nights, scope);
    return nights.every((night) => (booked.get(nightId(night)) ?? 0) <= capacity);
  }

  /** From the database, the numbers that the cache does not have, by key. */
  async #load(asked: Question, keys: readonly string[], scope: CallScope) {
    const hotelIds = keys.flatMap((key) => asked.capacities.get(key) ?? []);
    const capacities = await this.#parts.capacities.of(hotelIds, scope);
    const unknown = new Set(hotelIds.filter((hotelId) => !capacities.has(hotelId)));
    const nights = keys
      .flatMap((key) => asked.counters.get(key) ?? [])
      .filter((night) => !unknown.has(night.hotelId));
    const booked = await this.#booked(nights, scope);
    return new Map([
      ...[...capacities].map(([hotelId, rooms]) => [capacityKey(hotelId), rooms] as const),
      ...nights.map((night) => [counterKey(night), booked.get(nightId(night)) ?? 0] as const),
    ]);
  }

  /** The rooms taken of each night, by `nightId`: its total, or the sum of its bookings if it has none. */
  async #booked(nights: readonly HotelNight[], scope: CallScope): Promise<Map<string, number>> {
    const { bookings, ledger, repair } = this.#parts;
    let totals = await ledger.totals(nights, scope);
    const ended = await repair.endExpired(totals, scope);
    if (ended > 0) totals = await ledger.totals(nights, scope);
    const booked = new Map(totals.map((total) => [total._id, total.booked]));
    const others = nights.filter((night) => !booked.has(nightId(night)));
    return new Map([...booked, ...(await bookings.sums(others, scope))]);
  }
}

/** What memcached is asked, in one exchange: which hotel and which night each key stands for. */
interface Question {
  readonly capacities: ReadonlyMap<string, string>;
  readonly counters: ReadonlyMap<string, HotelNight>;
}

function question(request: AvailabilityRequest): Question {
  const hotelIds = request.hotelIds.filter(isHotelId);
  const nights = hotelIds.flatMap((hotelId) => nightsIn(hotelId, request));
  return {
    capacities: new Map(hotelIds.map((hotelId) => [capacityKey(hotelId), hotelId])),
    counters: new Map(nights.map((night) => [counterKey(night), night])),
  };
}

function nightsIn(hotelId: string, { nights }: AvailabilityRequest): HotelNight[] {
  return nights.map((night) => ({ hotelId, ...night }));
}

function decodeCounter(bytes: Buffer): number | undefined {
  const text = bytes.toString();
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
