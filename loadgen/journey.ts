import { type Random, randomOf } from "./random.ts";

/** What is wrong with the body of an answer that has status 200, or nothing. */
export type Judge = (body: string) => string | undefined;

/** What one user asks: the parameters that were drawn, and what the right answer is. */
export interface Journey<Knowledge> {
  /** In the order in which they stand in the query. */
  readonly query?: Readonly<Record<string, string>>;
  /** As it is sent. */
  readonly body?: string;
  /** Called when the request leaves, with all that is known by then; the judge, when the answer is there. */
  expect(knowledge: Knowledge): Judge;
}

/** One row of a traffic mix. */
export interface Row<Knowledge> {
  readonly operation: string;
  /** Of all requests; the shares of a mix add up to 1. */
  readonly share: number;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly journey: (random: Random) => Journey<Knowledge>;
}

export type Mix<Knowledge> = readonly Row<Knowledge>[];

/** What is sent. */
export interface Outgoing {
  readonly method: "GET" | "POST";
  /** Path and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

export interface LoadRequest<Knowledge> extends Outgoing {
  readonly operation: string;
  expect(knowledge: Knowledge): Judge;
}

/** The request with that number of the traffic with that seed. */
export function requestAt<Knowledge>(
  mix: Mix<Knowledge>,
  seed: number,
  index: number,
): LoadRequest<Knowledge> {
  const random = randomOf(seed, index);
  const { operation, method, path, headers, journey } = drawRow(mix, random());
  const { query, body, expect } = journey(random);
  const target = query ? `${path}?${written(query)}` : path;
  return { operation, method, target, headers, body, expect };
}

function drawRow<Knowledge>(mix: Mix<Knowledge>, draw: number): Row<Knowledge> {
  let upTo = 0;
  for (const row of mix) {
    upTo += row.share;
    if (draw < upTo) return row;
  }
  const last = mix.at(-1);
  if (!last) throw new Error("a mix without rows has no request");
  return last;
}

function written(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
}
