/** A place on earth, in degrees. */
export interface Point {
  readonly lat: number;
  readonly lon: number;
}

const earthRadiusM = 6_371_000;

/** The great-circle distance in metres, by the haversine formula on a sphere. NaN for coordinates that are no numbers. */
export function distanceM(from: Point, to: Point): number {
  const halfLat = Math.sin(radians(to.lat - from.lat) / 2);
  const halfLon = Math.sin(radians(to.lon - from.lon) / 2);
  const a =
    halfLat * halfLat + halfLon * halfLon * Math.cos(radians(from.lat)) * Math.cos(radians(to.lat));
  return 2 * earthRadiusM * Math.atan2(Math.sqrt(a), Math.sqrt(1 - a));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
