/** Places around San Francisco Bay. `rank` says from which zoom on the map names them. */
export const places = [
  { name: "San Francisco", lat: 37.7749, lon: -122.4194, rank: 1 },
  { name: "Antioch", lat: 38.0049, lon: -121.8058, rank: 3 },
  { name: "Benicia", lat: 38.0494, lon: -122.1586, rank: 3 },
  { name: "Berkeley", lat: 37.8715, lon: -122.273, rank: 2 },
  {
    name: "Civic Center, San Francisco",
    short: "Civic Center",
    lat: 37.7793,
    lon: -122.4193,
    rank: 5,
  },
  { name: "Concord", lat: 37.978, lon: -122.0311, rank: 2 },
  { name: "Emeryville", lat: 37.8313, lon: -122.2852, rank: 4 },
  { name: "Fairfield", lat: 38.2494, lon: -122.04, rank: 2 },
  {
    name: "Ferry Building, San Francisco",
    short: "Ferry Building",
    lat: 37.7955,
    lon: -122.3937,
    rank: 5,
  },
  {
    name: "Fisherman’s Wharf, San Francisco",
    short: "Fisherman’s Wharf",
    lat: 37.808,
    lon: -122.4177,
    rank: 5,
  },
  { name: "Golden Gate Bridge", lat: 37.8199, lon: -122.4783, rank: 4 },
  { name: "Hayward", lat: 37.6688, lon: -122.0808, rank: 3 },
  { name: "Martinez", lat: 38.0194, lon: -122.1341, rank: 3 },
  {
    name: "Mission District, San Francisco",
    short: "Mission District",
    lat: 37.7599,
    lon: -122.4148,
    rank: 5,
  },
  { name: "Oakland", lat: 37.8044, lon: -122.2712, rank: 2 },
  { name: "Orinda", lat: 37.8771, lon: -122.1797, rank: 3 },
  { name: "Palo Alto", lat: 37.4419, lon: -122.143, rank: 3 },
  { name: "Richmond", lat: 37.9358, lon: -122.3477, rank: 3 },
  { name: "Rio Vista", lat: 38.1558, lon: -121.6914, rank: 3 },
  { name: "San Francisco Airport", lat: 37.6213, lon: -122.379, rank: 4 },
  { name: "San Jose", lat: 37.3382, lon: -121.8863, rank: 1 },
  { name: "San Mateo", lat: 37.563, lon: -122.3255, rank: 3 },
  { name: "San Rafael", lat: 37.9735, lon: -122.5311, rank: 3 },
  { name: "Sausalito", lat: 37.8591, lon: -122.4853, rank: 4 },
  {
    name: "Union Square, San Francisco",
    short: "Union Square",
    lat: 37.788,
    lon: -122.4075,
    rank: 5,
  },
  { name: "Vallejo", lat: 38.1041, lon: -122.2566, rank: 2 },
  { name: "Walnut Creek", lat: 37.9101, lon: -122.0652, rank: 3 },
];

/** The named place at exactly this point, if there is one. */
export function placeAt({ lat, lon }) {
  return places.find((place) => place.lat === lat && place.lon === lon);
}

/** The point for people: its name, or its coordinates. */
export function pointInWords(point) {
  return placeAt(point)?.name ?? coordinatesInWords(point);
}

/** "37.7749° N, 122.4194° W" */
export function coordinatesInWords({ lat, lon }) {
  return `${degrees(lat, "N", "S")}, ${degrees(lon, "E", "W")}`;
}

/** Degrees without sign, with as many decimals as asked. */
export function degrees(value, positive, negative, decimals = 4) {
  const size = Math.abs(value).toFixed(decimals);
  if (Number(size) === 0) return `${size}°`;
  return `${size}° ${value < 0 ? negative : positive}`;
}

/** Great-circle distance in kilometres. */
export function kilometresBetween(from, to) {
  const sinLat = Math.sin(radians(to.lat - from.lat) / 2);
  const sinLon = Math.sin(radians(to.lon - from.lon) / 2);
  const square =
    sinLat ** 2 + sinLon ** 2 * Math.cos(radians(from.lat)) * Math.cos(radians(to.lat));
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(square)));
}

/** "850 m", "3.2 km", "12 km". */
export function distanceInWords(kilometres) {
  if (kilometres < 1) return `${Math.round(kilometres * 100) * 10} m`;
  return `${kilometres.toFixed(kilometres < 10 ? 1 : 0)} km`;
}

function radians(angle) {
  return (angle * Math.PI) / 180;
}
