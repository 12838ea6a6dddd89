import { type Judge, type Mix, type Outgoing, requestAt } from "../journey.ts";

/** The requests of a run, by their number, and what is known of the application so far. */
export interface Traffic {
  readonly operations: readonly string[];
  request(index: number): Outgoing & {
    readonly operation: string;
    /** Called when the request leaves. */
    expect(): Judge;
  };
}

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
