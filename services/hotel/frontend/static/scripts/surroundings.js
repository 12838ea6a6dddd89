import { countFor } from "./api.js";
import { element } from "./element.js";
import { Failure } from "./failure.js";

/** What can be counted for a hotel, in the order shown. */
const kinds = [
  { path: "/review", title: "Reviews" },
  { path: "/restaurants", title: "Restaurants nearby" },
  { path: "/museums", title: "Museums nearby" },
  { path: "/cinema", title: "Cinemas nearby" },
];

/** Makes the part of a hotel's card that unfolds to its reviews and what is around it. */
export function createSurroundings(account) {
  return (hotel) => {
    const content = element("div", { class: "around", "aria-live": "polite" });
    const fold = element(
      "details",
      { class: "fold", toggle: () => fold.open && fill(content, hotel, account) },
      element(
        "summary",
        {},
        "Reviews and surroundings",
        element("span", { class: "visually-hidden" }, ` of ${hotel.name}, number ${hotel.id}`),
      ),
      content,
    );
    return fold;
  };
}

function fill(content, hotel, account) {
  const user = account.current();
  if (!user) return offerSignIn(content, hotel, account);

  const rows = kinds.map(({ title, path }) => {
    const value = element("dd", {}, "…");
    count(value, path, { hotelId: hotel.id, user });
    return element("div", {}, element("dt", {}, title), value);
  });
  content.replaceChildren(
    element("dl", {}, ...rows),
    element("p", { class: "hint" }, "Nearby is within 10 km; 5 is the most that is counted."),
  );
}

function offerSignIn(content, hotel, account) {
  const ask = async () => {
    const user = await account.ask("Sign in to see reviews and what is around.");
    if (user) fill(content, hotel, account);
  };
  content.replaceChildren(
    element("p", {}, "Sign in to see reviews, restaurants, museums and cinemas."),
    element("button", { type: "button", click: ask }, "Sign in to see them"),
  );
}

async function count(value, path, question) {
  try {
    value.textContent = await countFor(path, question, new AbortController().signal);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    value.replaceChildren(
      element("span", { class: "missing" }, failure.sentence),
      element(
        "details",
        {},
        element("summary", {}, "Details"),
        element("pre", {}, failure.details),
      ),
    );
  }
}
