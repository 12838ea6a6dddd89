import { hotelById, seedBooking } from "./seed-data.ts";

/** Rooms of a hotel for every night from `firstNight` to before `endDay`; nights are days of April 2015. */
export interface Stay {
  readonly hotelId: string;
  readonly firstNight: number;
  readonly endDay: number;
}

/** What was booked before the traffic began: what the seed books, or nobody knows. */
export const bases = ["fresh", "unknown"] as const;
export type Base = (typeof bases)[number];

/** The base of that name. Throws if there is none. */
export function baseOf(name: string): Base {
  const found = bases.find((each) => each === name);
  if (found) return found;
  throw new Error(`the base must be one of ${bases}, not "${name}"`);
}

/**
 * What is known of the rooms that are taken: at least those acknowledged, at most those ever asked for. A night
 * between the two bounds may be full or not, and both answers are right.
 */
export class Bookings {
  readonly #base: Base;
  readonly #acknowledged = new Map<string, number>();
  readonly #attempted = new Map<string, number>();

  constructor(base: Base = "fresh") {
    this.#base = base;
    if (base === "unknown") return;
    const { hotelId, night, rooms } = seedBooking;
    const stay = { hotelId, firstNight: night, endDay: night + 1 };
    add(this.#acknowledged, stay, rooms);
    add(this.#attempted, stay, rooms);
  }

  /** Rooms are about to be asked for: from now on they may be taken. */
  attempt(stay: Stay, rooms: number): void {
    add(this.#attempted, stay, rooms);
  }

  /** The application has said that these rooms are booked: from now on they are taken. */
  acknowledge(stay: Stay, rooms: number): void {
    add(this.#acknowledged, stay, rooms);
  }

  /** Whether some night of the stay is certain not to have so many rooms left. */
  mustBeFull(stay: Stay, rooms: number): boolean {
    return someNight(this.#acknowledged, stay, rooms);
  }

  /** Whether some night of the stay is possibly without so many rooms left. */
  mayBeFull(stay: Stay, rooms: number): boolean {
    return this.#base === "unknown" || someNight(this.#attempted, stay, rooms);
  }
}

function add(taken: Map<string, number>, stay: Stay, rooms: number): void {
  for (const night of nightsOf(stay)) taken.set(night, (taken.get(night) ?? 0) + rooms);
}

function someNight(taken: ReadonlyMap<string, number>, stay: Stay, rooms: number): boolean {
  const capacity = hotelById.get(stay.hotelId)?.rooms ?? 0;
  return nightsOf(stay).some((night) => (taken.get(night) ?? 0) + rooms > capacity);
}

function nightsOf({ hotelId, firstNight, endDay }: Stay): string[] {
  return Array.from({ length: endDay - firstNight }, (_, i) => `${hotelId} ${firstNight + i}`);
}
