import { shape } from "./element.js";
import { degrees, places } from "./places.js";
import { fitted, roundBelow } from "./projection.js";
import { shoreline } from "./shoreline.js";

/** From which zoom on places of each rank are named. */
const rankZooms = [0, 5, 8, 9.3, 10.5, 12.5];

/** Buttons stand in the upper left corner and the overview in the lower: nothing is written there. */
const controlsHeight = 64;
const overviewHeight = 155;

/** How far around a point hotels are looked for; the circle on the map shows it. */
export const reachKm = 10;

const overviewSize = { width: 132, height: 132 };
const overview = fitted(
  [
    { lat: 38.4, lon: -123.1 },
    { lat: 37.1, lon: -121.5 },
  ],
  { ...overviewSize, margin: 0 },
);

/** Draws a small map of the whole bay with a frame around what the large one shows. */
export function drawOverview(svg, view) {
  const corner = overview.toPixels(view.toPoint({ x: 0, y: 0 }));
  const opposite = overview.toPixels(view.toPoint({ x: view.width, y: view.height }));
  const width = Math.max(6, opposite.x - corner.x);
  const height = Math.max(6, opposite.y - corner.y);
  const { x, y } = overview.toPixels(view.centre);
  svg.setAttribute("viewBox", `0 0 ${overview.width} ${overview.height}`);
  svg.replaceChildren(
    ...drawWater(overview),
    shape("rect", { class: "frame", x: x - width / 2, y: y - height / 2, width, height }),
  );
}

/** Draws everything of the map that is not a hotel. Names keep clear of `taken`, in pixels. */
export function drawMap(svg, { view, point, taken }) {
  svg.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
  svg.replaceChildren(
    ...drawWater(view),
    ...drawGraticule(view),
    ...drawPlaces(view, { point, taken }),
    ...(point ? drawPoint(view, point) : []),
    drawScale(view),
    drawNorth(view),
    drawCross(view),
  );
}

function drawWater(view) {
  return shoreline.map((ring, index) => {
    const corners = ring.map((point) => pair(view.toPixels(point)));
    return shape("polygon", { class: index === 0 ? "water" : "island", points: corners.join(" ") });
  });
}

/** Lines of equal latitude and longitude, at least 100 pixels apart, with their degrees. */
function drawGraticule(view) {
  const corner = view.toPoint({ x: 0, y: 0 });
  const opposite = view.toPoint({ x: view.width, y: view.height });
  const step = 1 / roundBelow(view.width / (opposite.lon - corner.lon) / 100);
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 0.001));

  const meridians = multiples(step, corner.lon, opposite.lon).flatMap((lon) => {
    const { x } = view.toPixels({ lat: view.centre.lat, lon });
    return [
      shape("line", { class: "grid", x1: x, x2: x, y1: 0, y2: view.height }),
      text("grid-label", { x: x + 4, y: view.height - 6 }, degrees(lon, "E", "W", decimals)),
    ];
  });
  const parallels = multiples(step, opposite.lat, corner.lat).flatMap((lat) => {
    const { y } = view.toPixels({ lat, lon: view.centre.lon });
    const label = text("grid-label", { x: 6, y: y - 4 }, degrees(lat, "N", "S", decimals));
    const line = shape("line", { class: "grid", x1: 0, x2: view.width, y1: y, y2: y });
    const free = y > controlsHeight && y < view.height - overviewHeight;
    return free ? [line, label] : [line];
  });
  return [...meridians, ...parallels];
}

function multiples(step, from, to) {
  const first = Math.ceil(from / step);
  const count = Math.min(40, Math.floor(to / step) - first + 1);
  return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * step);
}

/** The point searched, and the circle within which hotels are found. */
function drawPoint(view, point) {
  const { x, y } = view.toPixels(point);
  const metresPerPixel = view.metresPerPixel * (cosine(point.lat) / cosine(view.centre.lat));
  return [
    shape("circle", { class: "reach", cx: x, cy: y, r: (reachKm * 1000) / metresPerPixel }),
    shape("circle", { class: "point-ring", cx: x, cy: y, r: 8 }),
    shape("circle", { class: "point", cx: x, cy: y, r: 3.5 }),
  ];
}

/** Names of places, the more important first, where nothing else is written. */
function drawPlaces(view, { point, taken }) {
  const boxes = [...taken, ...corners(view)];
  return [...places]
    .sort((one, other) => one.rank - other.rank)
    .filter((place) => view.zoom >= rankZooms[place.rank])
    .flatMap((place) => {
      const { x, y } = view.toPixels(place);
      const name = place.short ?? place.name;
      const box = { left: x - 5, right: x + 12 + name.length * 7, top: y - 9, bottom: y + 9 };
      if (!isInside(box, view) || boxes.some((other) => overlap(box, other))) return [];

      boxes.push(box);
      const gap = point?.lat === place.lat && point.lon === place.lon ? 14 : 7;
      return [
        shape("circle", { class: "place", cx: x, cy: y, r: 2.5 }),
        text(place.rank === 1 ? "place-name big" : "place-name", { x: x + gap, y: y + 4 }, name),
      ];
    });
}

/** Where the overview, the scale and the north arrow stand. */
function corners({ width, height }) {
  return [
    { left: 0, right: 145, top: height - overviewHeight, bottom: height },
    { left: width - 130, right: width, top: height - 65, bottom: height },
    { left: width - 40, right: width, top: 0, bottom: controlsHeight },
  ];
}

function drawScale(view) {
  const metresMax = 110 * view.metresPerPixel;
  const metres = roundBelow(metresMax);
  const mile = metresMax > 161 ? 1609.344 : 0.3048;
  const miles = roundBelow(metresMax / mile);
  const [right, y] = [view.width - 14, view.height - 42];
  return shape(
    "g",
    { class: "scale" },
    bar(right, y, metres / view.metresPerPixel, -6),
    text(
      "scale-label",
      { x: right - 4, y: y - 4 },
      metres < 1000 ? `${metres} m` : `${metres / 1000} km`,
    ),
    bar(right, y, (miles * mile) / view.metresPerPixel, 6),
    text("scale-label", { x: right - 4, y: y + 13 }, `${rounded(miles)} ${mile > 1 ? "mi" : "ft"}`),
  );
}

/** A line that ends at `right`, with ticks at both ends. */
function bar(right, y, length, tick) {
  const left = right - length;
  return shape("path", { d: `M${left} ${y + tick}V${y}H${right}V${y + tick}` });
}

function drawNorth(view) {
  const place = `translate(${view.width - 30} 16)`;
  return shape(
    "g",
    { class: "north", transform: place },
    shape("path", { d: "M8 0 15 22 8 17 1 22Z" }),
    text("north-label", { x: 8, y: 35 }, "N"),
  );
}

/** Marks the middle, where the keyboard searches; shown only while the keyboard moves the map. */
function drawCross({ width, height }) {
  const [x, y] = [width / 2, height / 2];
  const arms = `M${x - 18} ${y}h12M${x + 6} ${y}h12M${x} ${y - 18}v12M${x} ${y + 6}v12`;
  return shape("g", { class: "cross" }, shape("path", { d: arms }), shape("path", { d: arms }));
}

function text(style, { x, y }, content) {
  return shape("text", { class: style, x, y }, content);
}

function pair({ x, y }) {
  // Far corners would not fit the numbers that browsers draw with.
  return [x, y].map((value) => Math.max(-1e6, Math.min(1e6, value)).toFixed(1)).join(" ");
}

function isInside({ left, right, top, bottom }, { width, height }) {
  return left >= 0 && top >= 0 && right <= width && bottom <= height;
}

function overlap(one, other) {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

function cosine(angle) {
  return Math.max(0.01, Math.cos((angle * Math.PI) / 180));
}

function rounded(value) {
  return Number(value.toPrecision(1));
}
