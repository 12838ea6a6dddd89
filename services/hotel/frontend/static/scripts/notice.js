import { element } from "./element.js";

/** Shows a failure in `place`: the sentence, what to do, the details to unfold, a way on. */
export function showFailure(place, failure, { retry, warning } = {}) {
  const box = element(
    "div",
    { class: "notice bad" },
    element(
      "div",
      { role: "alert" },
      element("p", { class: "strong" }, failure.sentence ?? "The page has made a mistake."),
      failure.advice && !warning ? element("p", {}, failure.advice) : undefined,
      warning ? element("p", {}, warning) : undefined,
    ),
    element(
      "details",
      {},
      element("summary", {}, "Details"),
      element("pre", {}, failure.details ?? String(failure)),
    ),
    retry ? element("button", { type: "button", click: retry }, "Try again") : undefined,
  );
  place.replaceChildren(box);
}

/** Shows a plain sentence in `place`, said at once by screen readers. */
export function showSentence(place, sentence, kind = "bad") {
  const role = kind === "bad" ? "alert" : "status";
  place.replaceChildren(element("div", { class: `notice ${kind}`, role }, sentence));
}
