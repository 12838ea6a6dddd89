import { type Base, Bookings } from "../hotel/bookings.ts";
import { hotelMix } from "../hotel/mix.ts";
import { type Judge, type Mix, requestAt } from "../journey.ts";

/** The requests of a run, by their number, and what is known of the application so far. */
export interface Traffic {
  readonly operations: readonly string[];
  request(index: number): {
    readonly operation: string;
    readonly method: "GET" | "POST";
    readonly target: string;
    /** Called when the request leaves. */
    expect(): Judge;
  };
}

/** The traffic of each application. */
export const applications: Readonly<Record<string, (seed: number, base: Base) => Traffic>> = {
  hotel: (seed, base) => trafficOf(hotelMix, new Bookings(base), seed),
};

/** Draws a request of the mix for every number. */
export function trafficOf<Knowledge>(
  mix: Mix<Knowledge>,
  knowledge: Knowledge,
  seed: number,
): Traffic {
  return {
    operations: mix.map(({ operation }) => operation),
    request(index) {
      const { expect, ...request } = requestAt(mix, seed, index);
      return { ...request, expect: () => expect(knowledge) };
    },
  };
}
