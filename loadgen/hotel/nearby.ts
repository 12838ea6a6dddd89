import type { Point } from "./seed-data.ts";

const nearbyMax = 5;
const radiusM = 10_000;
const cellM = 500;
const ringsMax = 40;
const earthRadiusM = 6_371_000;
const latDegreeM = 111_000;
const lonDegreeM = 85_000;

interface Place {
  readonly id: string;
  readonly at: Point;
}

/**
 * The ids of the closest places, closest first, as the original's index finds them: cell by cell in growing rings,
 * and no further ring once the rings have given more than five; so a closer place further out may be missed.
 */
export function nearby(places: readonly Place[], centre: Point): string[] {
  const own = cellOf(centre);
  const found = places.map((place) => ({ ...place, ring: ringOf(cellOf(place.at), own) }));
  const rings = found.map(({ ring }) => ring).filter((ring) => ring > 0);
  const lastRing = Math.min(rings.sort((a, b) => a - b)[nearbyMax] ?? ringsMax, ringsMax);

  const candidates = found
    .filter(({ ring }) => ring <= lastRing)
    .map(({ id, at }) => ({ id, at, key: orderingKey(at, centre) }))
    .sort((a, b) => a.key - b.key)
    .slice(0, nearbyMax);
  const tooFar = candidates.findIndex(({ at }) => distanceM(centre, at) > radiusM);
  return candidates.slice(0, tooFar < 0 ? nearbyMax : tooFar).map(({ id }) => id);
}

/** Along the surface of a sphere, in metres (haversine). */
export function distanceM(from: Point, to: Point): number {
  const half = (a: number, b: number) => Math.sin(((b - a) * Math.PI) / 360) ** 2;
  const cosines = Math.cos((from.lat * Math.PI) / 180) * Math.cos((to.lat * Math.PI) / 180);
  const a = half(from.lat, to.lat) + half(from.lon, to.lon) * cosines;
  return 2 * earthRadiusM * Math.atan2(Math.sqrt(a), Math.sqrt(1 - a));
}

function cellOf({ lat, lon }: Point): Point {
  return {
    lat: Math.trunc(((90 + lat) * latDegreeM) / cellM),
    lon: Math.trunc(((180 + lon) * lonDegreeM) / cellM),
  };
}

function ringOf(cell: Point, own: Point): number {
  return Math.max(Math.abs(cell.lat - own.lat), Math.abs(cell.lon - own.lon));
}

/** The square of an approximate distance: 111 km a degree north, and the width of a degree at a rounded latitude. */
function orderingKey(at: Point, centre: Point): number {
  const northM = Math.abs(at.lat - centre.lat) * latDegreeM;
  const eastM = Math.abs(at.lon - centre.lon) * degreeWidthM((at.lat + centre.lat) / 2);
  return northM ** 2 + eastM ** 2;
}

const widths = new Map<number, number>();

/** Kept for each tenth of a degree; there are at most 1801. */
function degreeWidthM(lat: number): number {
  const rounded = Math.trunc(lat * 10) / 10;
  const kept = widths.get(rounded);
  if (kept !== undefined) return kept;

  const width = distanceM({ lat: rounded, lon: 0 }, { lat: rounded, lon: 1 });
  widths.set(rounded, width);
  return width;
}
