/** How far one may zoom: the whole earth to a city block. */
export const zoomMin = 1;
export const zoomMax = 17;

const tileSize = 256;
const latMax = 85;
const metresPerPixelAtZoomZero = 156_543.034;

/**
 * A view of the earth in Mercator's projection: a centre, a zoom (each step doubles the scale),
 * and the size of the drawing in pixels. Views never change; moving gives another one.
 */
export function createView({ centre, zoom, width, height }) {
  const scale = tileSize * 2 ** zoom;
  const middle = onSphere(centre, scale);

  return {
    centre,
    zoom,
    width,
    height,
    metresPerPixel: (metresPerPixelAtZoomZero * Math.cos(radians(centre.lat))) / 2 ** zoom,
    toPixels(point) {
      const at = onSphere(point, scale);
      return { x: at.x - middle.x + width / 2, y: at.y - middle.y + height / 2 };
    },
    toPoint({ x, y }) {
      return fromSphere({ x: x - width / 2 + middle.x, y: y - height / 2 + middle.y }, scale);
    },
  };
}

/** The view that was dragged by so many pixels. */
export function moved(view, { x, y }) {
  const centre = view.toPoint({ x: view.width / 2 - x, y: view.height / 2 - y });
  return createView({ ...view, centre });
}

/** The view some steps closer, with the point under `pixel` staying where it is. */
export function zoomed(view, steps, pixel = { x: view.width / 2, y: view.height / 2 }) {
  const zoom = between(view.zoom + steps, zoomMin, zoomMax);
  const fixed = view.toPoint(pixel);
  const closer = createView({ ...view, zoom });
  const now = closer.toPixels(fixed);
  return moved(closer, { x: pixel.x - now.x, y: pixel.y - now.y });
}

/** The closest view that shows all points with room around them; no closer than `zoomLimit`. */
export function fitted(points, { width, height, zoomLimit = 14.5, margin = 48 }) {
  const lats = points.map((point) => between(point.lat, -latMax, latMax));
  const lons = points.map((point) => point.lon);
  const world = createView({ centre: { lat: 0, lon: 0 }, zoom: 0, width: 0, height: 0 });
  const corner = world.toPixels({ lat: Math.max(...lats), lon: Math.min(...lons) });
  const opposite = world.toPixels({ lat: Math.min(...lats), lon: Math.max(...lons) });
  const steps = Math.min(
    zoomFor(width - 2 * margin, opposite.x - corner.x),
    zoomFor(height - 2 * margin, opposite.y - corner.y),
  );
  const centre = world.toPoint({
    x: (corner.x + opposite.x) / 2,
    y: (corner.y + opposite.y) / 2,
  });
  return createView({ centre, zoom: between(steps, zoomMin, zoomLimit), width, height });
}

/** The largest of 1, 2 and 5 times a power of ten that is not above the limit. */
export function roundBelow(limit) {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].find((digit) => digit * power <= limit) * power;
}

function zoomFor(pixels, extent) {
  return extent > 0 ? Math.log2(Math.max(1, pixels) / extent) : zoomMax;
}

function onSphere({ lat, lon }, scale) {
  const sine = Math.sin(radians(between(lat, -latMax, latMax)));
  return {
    x: scale * ((lon + 180) / 360),
    y: scale * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)),
  };
}

function fromSphere({ x, y }, scale) {
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / scale))) * 180) / Math.PI;
  return {
    lat: between(lat, -latMax, latMax),
    lon: between((x / scale) * 360 - 180, -180, 180),
  };
}

function between(value, least, most) {
  return Math.min(most, Math.max(least, value));
}

function radians(angle) {
  return (angle * Math.PI) / 180;
}
