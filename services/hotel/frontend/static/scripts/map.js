import { byId, element } from "./element.js";
import { drawMap, drawOverview, reachKm } from "./map-drawing.js";
import { followGestures } from "./map-gestures.js";
import { coordinatesInWords, distanceInWords, kilometresBetween, places } from "./places.js";
import { createView, fitted, zoomed } from "./projection.js";

const glideMs = 250;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * The map. `onChoose` is called with a point that the person picks, `onSelect` with the id of a
 * hotel whose mark is pressed, `onHighlight` with the one pointed at or undefined.
 */
export function createMap({ onChoose, onSelect, onHighlight }) {
  const box = byId("map");
  const svg = box.querySelector(".map-drawing");
  const overview = box.querySelector(".map-overview");
  const layer = box.querySelector(".map-points");
  const surface = box.querySelector(".map-surface");
  const marks = new Map();
  let view = createView({ centre: places[0], zoom: 12, ...sizeOf(box) });
  let [hotels, point] = [[], undefined];
  let gliding;
  let announcement;

  new ResizeObserver(resize).observe(box);
  followGestures(surface, {
    view: () => view,
    onView: (next) => jump(next),
    onPick: (pixel) => onChoose(toFourDecimals(view.toPoint(pixel))),
    onKeyView: (next) => {
      glide(next);
      announce(next);
    },
    onFit: fit,
  });
  layer.addEventListener("keydown", rove);
  box.querySelector(".map-controls").addEventListener("click", ({ target }) => {
    controls[target.closest("button")?.value]?.();
  });

  const controls = {
    bay: () => glide(fitted(places, view)),
    in: () => glide(zoomed(view, 1)),
    out: () => glide(zoomed(view, -1)),
    results: fit,
  };

  function show(found) {
    [hotels, point] = [found.hotels, found.point];
    marks.clear();
    for (const hotel of hotels) marks.set(hotel.id, mark(hotel));
    layer.replaceChildren(...marks.values());
    makeReachable(marks.keys().next().value);
    fit();
  }

  function mark(hotel) {
    return element(
      "button",
      {
        type: "button",
        class: "pin",
        tabindex: "-1",
        "data-hotel": hotel.id,
        click: () => onSelect(hotel.id),
        mouseenter: () => onHighlight(hotel.id),
        mouseleave: () => onHighlight(undefined),
        focus: () => {
          makeReachable(hotel.id);
          bringIntoView(hotel);
          onHighlight(hotel.id);
        },
        blur: () => onHighlight(undefined),
      },
      element("span", { class: "pin-number" }, hotel.id),
      " ",
      element("span", { class: "pin-name" }, hotel.name),
      element("span", { class: "visually-hidden" }, `, ${distanceInWords(hotel.kilometres)} away`),
    );
  }

  /** One mark at a time is in the tab order; arrow keys go to the others. */
  function makeReachable(id) {
    for (const [key, button] of marks) button.tabIndex = key === id ? 0 : -1;
  }

  function rove(event) {
    const ids = [...marks.keys()];
    const index = ids.indexOf(document.activeElement?.dataset.hotel);
    const next = {
      ArrowDown: index + 1,
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      ArrowUp: index - 1,
      End: ids.length - 1,
      Home: 0,
    }[event.key];
    if (next === undefined || index < 0) return;

    event.preventDefault();
    marks.get(ids[(next + ids.length) % ids.length]).focus({ preventScroll: true });
  }

  function fit() {
    if (!point) return glide(fitted(places, view));
    glide(fitted(hotels.length > 0 ? [point, ...hotels] : surroundingsOf(point), view));
  }

  function bringIntoView(hotel) {
    const { x, y } = view.toPixels(hotel);
    const inside = x > 20 && y > 20 && x < view.width - 20 && y < view.height - 20;
    if (!inside) glide(createView({ ...view, centre: hotel }));
  }

  function resize() {
    view = createView({ ...view, ...sizeOf(box) });
    draw();
  }

  function jump(next) {
    cancelAnimationFrame(gliding);
    gliding = undefined;
    view = next;
    draw();
  }

  /** Goes to another view in small steps, or at once for those who want things still. */
  function glide(next) {
    if (still.matches || document.hidden) return jump(next);

    cancelAnimationFrame(gliding);
    const [from, startMs] = [view, performance.now()];
    const step = (nowMs) => {
      const done = Math.min(1, Math.max(0, nowMs - startMs) / glideMs);
      view = done === 1 ? next : between(from, next, 1 - (1 - done) ** 3);
      draw();
      gliding = done === 1 ? undefined : requestAnimationFrame(step);
    };
    gliding = requestAnimationFrame(step);
  }

  function draw() {
    const taken = hotels.map((hotel) => {
      const { x, y } = view.toPixels(hotel);
      const button = marks.get(hotel.id);
      button.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
      button.classList.toggle("leftward", x > view.width * 0.6);
      return { left: x - 16, right: x + 16, top: y - 14, bottom: y + 14 };
    });
    drawMap(svg, { view, point, taken });
    drawOverview(overview, view);
  }

  function announce({ centre }) {
    clearTimeout(announcement);
    announcement = setTimeout(() => {
      byId("map-status").textContent = `${coordinatesInWords(centre)}, ${nearestInWords(centre)}`;
    }, 400);
  }

  return {
    show,
    /** Shows which hotel is meant in the list. */
    highlight(id) {
      for (const [key, button] of marks) button.classList.toggle("highlighted", key === id);
    },
    /** Brings a hotel to the middle and the map onto the screen. */
    showHotel(hotel) {
      box.scrollIntoView({ block: "nearest" });
      glide(createView({ ...view, centre: hotel, zoom: Math.max(view.zoom, 14) }));
    },
  };
}

function sizeOf({ clientWidth, clientHeight }) {
  return { width: Math.max(100, clientWidth), height: Math.max(100, clientHeight) };
}

function between(from, to, share) {
  const mix = (one, other) => one + (other - one) * share;
  return createView({
    ...to,
    zoom: mix(from.zoom, to.zoom),
    centre: {
      lat: mix(from.centre.lat, to.centre.lat),
      lon: mix(from.centre.lon, to.centre.lon),
    },
  });
}

/** Points north, south, east and west, as far as hotels are looked for. */
function surroundingsOf({ lat, lon }) {
  const size = reachKm / 111.2;
  return [
    { lat: lat + size, lon },
    { lat: lat - size, lon },
    { lat, lon: lon + size },
    { lat, lon: lon - size },
  ];
}

function nearestInWords(point) {
  const near = places
    .map((place) => ({ place, kilometres: kilometresBetween(point, place) }))
    .sort((one, other) => one.kilometres - other.kilometres)[0];
  return `${distanceInWords(near.kilometres)} from ${near.place.name}`;
}

function toFourDecimals({ lat, lon }) {
  return { lat: Number(lat.toFixed(4)), lon: Number(lon.toFixed(4)) };
}
