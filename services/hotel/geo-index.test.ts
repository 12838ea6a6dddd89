import fc from "fast-check";
import { expect, test } from "vitest";
import { distanceM, type Point } from "./distance.ts";
import { createGeoIndex, type Place } from "./geo-index.ts";

/** The contract's procedure word for word: cells in a grid, rings of cells, and a stop after enough. */
function nearestByRings(places: readonly Place[], centre: Point): string[] {
  const cells = Map.groupBy(places, (place) => cellOf(place).join());
  const [x, y] = cellOf(centre);
  const candidates = [...(cells.get([x, y].join()) ?? [])];
  let fromRings = 0;
  for (let ring = 1; ring * 500 <= 20_000 && fromRings <= 5; ring++) {
    for (let dx = -ring; dx <= ring; dx++) {
      for (let dy = -ring; dy <= ring; dy++) {
        if (Math.max(Math.abs(dx), Math.abs(dy)) !== ring) continue;
        const found = cells.get([x + dx, y + dy].join()) ?? [];
        candidates.push(...found);
        fromRings += found.length;
      }
    }
  }
  candidates.sort((a, b) => key(a, centre) - key(b, centre));
  const nearest: string[] = [];
  for (const place of candidates) {
    if (distanceM(centre, place) > 10_000 || nearest.length === 5) break;
    nearest.push(place.id);
  }
  return nearest;
}

function cellOf({ lat, lon }: Point): [number, number] {
  return [Math.trunc(((90 + lat) * 111_000) / 500), Math.trunc(((180 + lon) * 85_000) / 500)];
}

function key(place: Point, centre: Point): number {
  const middle = Math.trunc(((place.lat + centre.lat) / 2) * 10) / 10;
  const degreeM = distanceM({ lat: middle, lon: 0 }, { lat: middle, lon: 1 });
  const north = Math.abs(place.lat - centre.lat) * 111_000;
  const east = Math.abs(place.lon - centre.lon) * degreeM;
  return north ** 2 + east ** 2;
}

const coordinate = (middle: number, spread: number) =>
  fc.double({ min: middle - spread, max: middle + spread, noNaN: true });
const points = (spread: number) => ({
  lat: coordinate(37.9, spread),
  lon: coordinate(-122.2, spread),
});

test("the index answers what a search in growing rings of cells answers", () => {
  const crowd = fc.array(fc.record(points(0.15)), { maxLength: 60 });
  fc.assert(
    fc.property(crowd, fc.record(points(0.2)), (spots, centre) => {
      const places = spots.map((spot, index) => ({ id: String(index), ...spot }));
      expect(createGeoIndex(places).nearest(centre)).toEqual(nearestByRings(places, centre));
    }),
    { numRuns: 100 },
  );
});

test("at the poles and the date line the index answers what the rings answer", () => {
  const edge = fc.record({ lat: coordinate(90, 0.6), lon: coordinate(180, 0.6) });
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 20 }), edge, (spots, centre) => {
      const places = spots.map((spot, index) => ({ id: String(index), ...spot }));
      expect(createGeoIndex(places).nearest(centre)).toEqual(nearestByRings(places, centre));
    }),
    { numRuns: 100 },
  );
});

test("any two numbers get an answer", () => {
  const index = createGeoIndex([{ id: "1", lat: 0, lon: 0 }]);
  fc.assert(
    fc.property(fc.double(), fc.double(), (lat, lon) => {
      expect(index.nearest({ lat, lon }).length).toBeLessThanOrEqual(1);
    }),
  );
});

test("of two places with one id the later counts", () => {
  const index = createGeoIndex([
    { id: "1", lat: 0, lon: 0 },
    { id: "1", lat: 50, lon: 50 },
  ]);

  expect(index.nearest({ lat: 0, lon: 0 })).toEqual([]);
  expect(index.nearest({ lat: 50, lon: 50 })).toEqual(["1"]);
});

test("what is more than ten kilometres away is not near", () => {
  const index = createGeoIndex([
    { id: "near", lat: 0.0899, lon: 0 },
    { id: "far", lat: 0, lon: 0.09 },
  ]);

  expect(index.nearest({ lat: 0, lon: 0 })).toEqual(["near"]);
});
