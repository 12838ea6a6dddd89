/** A document of the benchmark, of about the size of a hotel's profile. */
export type Item = {
  _id: string;
  key: string;
  rank: number;
  visits: number;
  name: string;
  description: string;
  address: { street: string; city: string; latitude: number; longitude: number };
};

/** The document with this number: always the same one. */
export function itemNumbered(number: number): Item {
  return {
    _id: `item-${number}`,
    key: `key-${number}`,
    rank: number,
    visits: 0,
    name: `Item ${number}`,
    description: "A quiet place near everything, with a view of the bay. ".repeat(3),
    address: {
      street: "Powell St",
      city: "San Francisco",
      latitude: 37.7867,
      longitude: -122.4112,
    },
  };
}
