/** A request to the front door on fresh data, and what it must answer. */
export interface GoldenVector {
  readonly target: string;
  readonly status: number;
  /** The whole body, or the ids of the hotels in it, in any order. */
  readonly answer: string | readonly string[];
}

const night = "inDate=2015-04-09&outDate=2015-04-10";
const near = (lat: number, lon: number) => `lat=${lat}&lon=${lon}`;
const hotels = (lat: number, lon: number, ids: readonly string[]): GoldenVector => ({
  target: `/hotels?${night}&${near(lat, lon)}`,
  status: 200,
  answer: ids,
});
const recommendation = (wish: string, place: string, ids: readonly string[]): GoldenVector => ({
  target: `/recommendations?require=${wish}&${place}`,
  status: 200,
  answer: ids,
});
const refused = (target: string, answer: string): GoldenVector => ({ target, status: 400, answer });

/** Part of the contract's appendix A: those that change nothing. */
export const goldenVectors: readonly GoldenVector[] = [
  hotels(37.7749, -122.4194, ["1", "2", "3"]),
  hotels(38.0235, -122.095, ["39", "42"]),
  hotels(37.9, -122.2, ["21", "24"]),
  hotels(38.1, -122, ["51", "54"]),
  hotels(38.264, -121.927, ["69", "72"]),
  hotels(37.784, -122.251, ["9", "12"]),
  hotels(37.842, -122.183, ["18", "21"]),
  {
    target: `/hotels?${night}&lat=0&lon=0`,
    status: 200,
    answer: '{"features":[],"type":"FeatureCollection"}',
  },
  recommendation("dis", near(37.7749, -122.4194), ["5"]),
  recommendation("dis", near(38.264, -121.927), ["70"]),
  recommendation("dis", near(0, 0), ["80"]),
  recommendation("rate", near(1, 1), ["9", "24", "39", "54", "69"]),
  recommendation("price", near(1, 1), ["2"]),
  {
    target: "/user?username=Cornell_42&password=42424242424242424242",
    status: 200,
    answer: '{"message":"Login successfully!"}',
  },
  {
    target: "/user?username=Cornell_42&password=x",
    status: 200,
    answer: '{"message":"Failed. Please check your username and password. "}',
  },
  refused("/user?username=Cornell_42", "Please specify username and password"),
  refused("/hotels?lat=1&lon=1", "Please specify inDate/outDate params"),
  refused(`/recommendations?require=cheap&${near(1, 1)}`, "Please specify require params"),
];
