import { element } from "./element.js";
import { Failure } from "./failure.js";

/** Shows a failure in `place`: the sentence, what to do, the details to unfold, a way to try again. */
export function showFailure(place, thrown, { retry, warning } = {}) {
  const failure = thrown instanceof Failure ? thrown : broken(thrown);
  place.replaceChildren(
    element(
      "div",
      { class: "notice bad" },
      element(
        "div",
        { role: "alert" },
        element("strong", {}, failure.sentence),
        " ",
        warning ?? failure.advice,
      ),
      failure.details ? details(failure.details) : undefined,
      retry ? element("button", { type: "button", click: retry }, "Try again") : undefined,
    ),
  );
}

/** Says that something went well. */
export function showSuccess(place, ...sentence) {
  place.replaceChildren(element("div", { class: "notice good", role: "status" }, element("p", {}, ...sentence)));
}

function details(text) {
  return element("details", {}, element("summary", {}, "Details"), element("pre", {}, text));
}

function broken(thrown) {
  return new Failure({
    kind: "failed",
    sentence: "This page has made a mistake.",
    advice: "Please load it again.",
    details: String(thrown),
  });
}
