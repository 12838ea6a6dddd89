/** What the application is seeded with, from the formulas of its contract: nothing here is the application's code. */
export interface Hotel {
  readonly id: string;
  /** Where search looks for it, in double precision. */
  readonly searched: Point;
  /** Where recommendation looks for it, in double precision. */
  readonly recommended: Point;
  /** Where its profile says that it is, in single precision. */
  readonly shown: Point;
  readonly name: string;
  readonly phone: string;
  /** Rooms of each night. */
  readonly rooms: number;
  /** Whether it has a rate; without, no search shows it. */
  readonly rated: boolean;
  readonly rate: number;
  readonly price: number;
}

export interface Point {
  readonly lat: number;
  readonly lon: number;
}

const hotelsMax = 80;
export const usersMax = 500;

/** Rooms that the seed has booked already: hotel 4, the night after 9 April 2015. */
export const seedBooking = { hotelId: "4", night: 9, rooms: 1 };

const first: readonly Hotel[] = [
  famous("1", "Clift Hotel", "(415) 775-4700", 37.7867, -122.4112, { rate: 109, price: 150 }),
  famous("2", "W San Francisco", "(415) 777-5300", 37.7854, -122.4005, { rate: 139, price: 120 }),
  {
    ...famous("3", "Hotel Zetta", "(415) 543-8555", 37.7834, -122.4071, { rate: 109, price: 190 }),
    // The originals have it elsewhere in the geo index than in its profile.
    searched: { lat: 37.7854, lon: -122.4071 },
  },
  famous("4", "Hotel Vitale", "(415) 278-3700", 37.7936, -122.393, { rate: 129, price: 160 }),
  famous("5", "Phoenix Hotel", "(415) 776-1380", 37.7831, -122.4181, { rate: 119, price: 140 }),
  famous("6", stRegis(), "(415) 284-4000", 37.7863, -122.4015, { rate: 149, price: 200 }),
];

/** Every hotel, by ascending number. */
export const hotels: readonly Hotel[] = [
  ...first,
  ...Array.from({ length: hotelsMax - first.length }, (_, i) => generated(first.length + 1 + i)),
];

export const hotelById: ReadonlyMap<string, Hotel> = new Map(
  hotels.map((hotel) => [hotel.id, hotel]),
);

interface Terms {
  readonly rate: number;
  readonly price: number;
}

function famous(
  ...[id, name, phone, lat, lon, terms]: [string, string, string, number, number, Terms]
): Hotel {
  const place = { lat, lon };
  return {
    ...{ id, name, phone, searched: place, recommended: place },
    shown: { lat: Math.fround(lat), lon: Math.fround(lon) },
    ...{ rooms: 200, rated: Number(id) <= 3, ...terms },
  };
}

function generated(i: number): Hotel {
  const place = { lat: 37.7835 + (i / 500) * 3, lon: -122.41 + (i / 500) * 4 };
  const rated = i % 3 === 0;
  return {
    ...{ id: String(i), name: stRegis(), phone: `(415) 284-40${i}` },
    ...{ searched: place, recommended: place },
    shown: { lat: singleSum(37.7835, i, 3), lon: singleSum(-122.41, i, 4) },
    ...{ rooms: [200, 300, 250][i % 3] ?? 0, rated },
    ...(rated ? ratedTerms(i) : { rate: 135, price: 179 }),
  };
}

/** `start + i / 500 * factor`, every step rounded to single precision. */
function singleSum(start: number, i: number, factor: number): number {
  const { fround } = Math;
  return fround(fround(start) + fround(fround(i / 500) * factor));
}

function ratedTerms(i: number): Terms {
  return {
    rate: [109, 120, 124, 132, 232][i % 5] ?? 0,
    price: [123.17, 140, 144, 158, 258][i % 5] ?? 0,
  };
}

function stRegis(): string {
  return "St. Regis San Francisco";
}
