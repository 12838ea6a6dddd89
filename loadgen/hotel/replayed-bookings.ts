import { requestAt } from "../journey.ts";
import { type Base, Bookings, type Stay } from "./bookings.ts";
import { hotelMix } from "./mix.ts";

export interface Replay {
  readonly base: Base;
  readonly seed: number;
  /** How many requests all workers together have begun by now; more is safe, less is not. */
  begun(): number;
}

/**
 * Bookings of many workers that share nothing, as k6's virtual users. What others have attempted follows from the
 * seed and is drawn again when somebody needs to know; what was acknowledged, each knows only of itself.
 */
export class ReplayedBookings extends Bookings {
  readonly #replay: Replay;
  readonly #attempts: Bookings;
  #replayed = 0;

  constructor(replay: Replay) {
    super(replay.base);
    this.#replay = replay;
    this.#attempts = new Bookings(replay.base);
  }

  /** The replay comes to this attempt by itself. */
  override attempt(_stay: Stay, _rooms: number): void {}

  override mayBeFull(stay: Stay, rooms: number): boolean {
    if (this.#attempts.mayBeFull(stay, rooms)) return true;
    this.#catchUp();
    return this.#attempts.mayBeFull(stay, rooms);
  }

  #catchUp(): void {
    const { seed } = this.#replay;
    for (const begun = this.#replay.begun(); this.#replayed < begun; this.#replayed++) {
      const { operation, expect } = requestAt(hotelMix, seed, this.#replayed);
      // Leaves its attempt behind.
      if (operation === "reserve") expect(this.#attempts);
    }
  }
}
