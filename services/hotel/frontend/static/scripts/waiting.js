import { element } from "./element.js";

/** Waits shorter than this show nothing, so that quick answers do not flicker. */
const patienceMs = 250;

/**
 * Runs `work` with a signal; while it takes, `place` shows what is waited for, how long by now,
 * and a button that stops it. Answers what `work` answers, and leaves `place` empty.
 */
export async function withProgress(place, { label, stop = "Stop", controller }, work) {
  const elapsed = element("span", { class: "elapsed", "aria-hidden": "true" });
  const shown = element(
    "div",
    { class: "waiting" },
    element("progress", { "aria-label": label }),
    element("span", {}, label, " ", elapsed),
    element("button", { type: "button", click: () => controller.abort() }, stop),
  );
  const startMs = Date.now();
  const appearance = setTimeout(() => place.replaceChildren(shown), patienceMs);
  const clock = setInterval(() => {
    const seconds = Math.round((Date.now() - startMs) / 1000);
    elapsed.textContent = `${seconds} s`;
  }, 1000);

  place.replaceChildren();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(appearance);
    clearInterval(clock);
    shown.remove();
  }
}
