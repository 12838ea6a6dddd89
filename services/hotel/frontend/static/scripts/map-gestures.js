import { moved, zoomed } from "./projection.js";

/** Less than this is a click, more is a drag. */
const dragPixels = 5;

/**
 * Turns what a hand does on the map into views: `onView` while it is dragged, pinched or wheeled,
 * `onPick` with the pixel of a click, `onKeyView` for a step of the keyboard, `onFit` for "0".
 * Enter picks the middle.
 */
export function followGestures(surface, { view, onView, onPick, onKeyView, onFit }) {
  const fingers = new Map();
  let travelled = 0;

  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    surface.setPointerCapture(event.pointerId);
    if (fingers.size === 0) travelled = 0;
    fingers.set(event.pointerId, pixelOf(event));
  });

  surface.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;

    const now = pixelOf(event);
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (travelled < dragPixels) return;

    const other = otherFinger(event.pointerId);
    fingers.set(event.pointerId, now);
    if (other) onView(pinched(view(), { before, now, other }));
    else onView(moved(view(), { x: now.x - before.x, y: now.y - before.y }));
  });

  surface.addEventListener("pointerup", (event) => {
    const held = fingers.delete(event.pointerId);
    if (held && fingers.size === 0 && travelled < dragPixels) onPick(pixelOf(event));
  });

  surface.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));

  surface.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const steps = Math.max(-1, Math.min(1, -event.deltaY / 200));
      onView(zoomed(view(), steps, pixelOf(event)));
    },
    { passive: false },
  );

  surface.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = keyActions(view(), { onPick, onKeyView, onFit })[event.key];
    if (!action) return;

    event.preventDefault();
    action();
  });

  function otherFinger(id) {
    for (const [key, pixel] of fingers) if (key !== id) return pixel;
    return undefined;
  }
}

function keyActions(view, { onPick, onKeyView, onFit }) {
  const [across, down] = [view.width / 8, view.height / 8];
  const middle = () => onPick({ x: view.width / 2, y: view.height / 2 });
  return {
    "+": () => onKeyView(zoomed(view, 1)),
    "-": () => onKeyView(zoomed(view, -1)),
    0: onFit,
    "=": () => onKeyView(zoomed(view, 1)),
    ArrowDown: () => onKeyView(moved(view, { x: 0, y: -down })),
    ArrowLeft: () => onKeyView(moved(view, { x: across, y: 0 })),
    ArrowRight: () => onKeyView(moved(view, { x: -across, y: 0 })),
    ArrowUp: () => onKeyView(moved(view, { x: 0, y: down })),
    Enter: middle,
    " ": middle,
  };
}

/** Two fingers zoom by how their distance changes, around the one that rests. */
function pinched(view, { before, now, other }) {
  const distance = (pixel) => Math.max(1, Math.hypot(pixel.x - other.x, pixel.y - other.y));
  return zoomed(view, Math.log2(distance(now) / distance(before)), other);
}

function pixelOf({ offsetX, offsetY }) {
  return { x: offsetX, y: offsetY };
}
