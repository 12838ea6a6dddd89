import { distanceM, type Point } from "./distance.ts";

/** Something with an id that stands somewhere. */
export interface Place extends Point {
  readonly id: string;
}

/** Finds places near a point: at most five, at most ten kilometres away, nearest first. */
export interface GeoIndex {
  nearest(centre: Point): string[];
}

const resultsMax = 5;
const radiusM = 10_000;
const cellM = 500;
const ringsMax = 40;
const latDegreeM = 111_000;
const lonDegreeM = 85_000;

interface Located extends Place {
  readonly cell: Cell;
  /** Of places with equal ranks, the one that was given first comes first. */
  readonly order: number;
}

/** Places by the `x` of their cells. */
type Columns = ReadonlyMap<number, readonly Located[]>;

interface Cell {
  readonly x: number;
  readonly y: number;
}

/**
 * Indexes places once and for all; of several with one id the last counts, and one without a place is never found.
 *
 * The originals lay a grid of cells over the earth and search it in growing rings around the centre, stopping
 * early once rings have brought enough, so the answer is not always the true five nearest. Clients compare
 * answers, so the same places in the same order come out here; but by one pass over the places of the columns in
 * reach instead of one over the cells, which needs no loop that a strange coordinate could make endless.
 */
export function createGeoIndex(places: Iterable<Place>): GeoIndex {
  const byId = new Map<string, Place>();
  for (const place of places) byId.set(place.id, place);
  const located = [...byId.values()]
    .map((place, order) => ({ ...place, cell: cellOf(place), order }))
    .filter(({ cell }) => Number.isFinite(cell.x + cell.y));
  const columns: Columns = Map.groupBy(located, ({ cell }) => cell.x);

  return {
    nearest(centre) {
      if (!isReachable(centre)) return [];
      const ranked = candidates(columns, centre)
        .map((place) => ({ place, rank: rankingKey(place, centre) }))
        .sort((a, b) => a.rank - b.rank || a.place.order - b.place.order)
        .slice(0, resultsMax);
      const tooFar = ranked.findIndex(({ place }) => distanceM(centre, place) > radiusM);
      const near = tooFar === -1 ? ranked : ranked.slice(0, tooFar);
      return near.map(({ place }) => place.id);
    },
  };
}

/** No ring reaches a place from outside these bounds; NaN is outside as well. */
function isReachable({ lat, lon }: Point): boolean {
  return Math.abs(lat) <= 91 && Math.abs(lon) <= 181;
}

/** The places of the centre's own cell and of the rings around it, up to the ring that makes them more than five. */
function candidates(columns: Columns, centre: Point): Located[] {
  const cell = cellOf(centre);
  const inReach: { place: Located; ring: number }[] = [];
  for (let x = cell.x - ringsMax; x <= cell.x + ringsMax; x++) {
    for (const place of columns.get(x) ?? []) {
      const ring = Math.max(Math.abs(x - cell.x), Math.abs(place.cell.y - cell.y));
      if (ring <= ringsMax) inReach.push({ place, ring });
    }
  }
  const outermost = lastRing(inReach.map(({ ring }) => ring));
  return inReach.filter(({ ring }) => ring <= outermost).map(({ place }) => place);
}

/** The first ring at which the rings together hold more than five; the centre's own cell, ring 0, does not count. */
function lastRing(rings: readonly number[]): number {
  const outward = rings.filter((ring) => ring > 0).sort((a, b) => a - b);
  return outward[resultsMax] ?? ringsMax;
}

function cellOf({ lat, lon }: Point): Cell {
  return {
    x: Math.trunc(((90 + lat) * latDegreeM) / cellM),
    y: Math.trunc(((180 + lon) * lonDegreeM) / cellM),
  };
}

/** Orders places by a flat approximation of their distance: a square in metres, not comparable to `distanceM`. */
function rankingKey(place: Point, centre: Point): number {
  const north = Math.abs(place.lat - centre.lat) * latDegreeM;
  const east = Math.abs(place.lon - centre.lon) * lonDegreeAtM((place.lat + centre.lat) / 2);
  return north * north + east * east;
}

/** The width of one degree of longitude, measured at the latitude cut to one decimal. */
function lonDegreeAtM(lat: number): number {
  const cut = Math.trunc(lat * 10) / 10;
  return distanceM({ lat: cut, lon: 0 }, { lat: cut, lon: 1 });
}
