import { byId, element } from "./element.js";
import { degrees, distanceInWords } from "./places.js";

/**
 * The list of hotels. `onBook` and `onShow` are called with a hotel, `onHighlight` with the id
 * of the one that is pointed at or undefined, and `surroundings` makes what unfolds in a card.
 */
export function createResults({ onBook, onShow, onHighlight, surroundings }) {
  const list = byId("results");
  const cards = new Map();

  function show(hotels) {
    cards.clear();
    for (const hotel of hotels) cards.set(hotel.id, card(hotel));
    list.replaceChildren(...cards.values());
  }

  function card(hotel) {
    const name = element(
      "button",
      { type: "button", class: "link", click: () => onShow(hotel) },
      hotel.name,
    );
    const about = `${hotel.name}, number ${hotel.id}`;
    return element(
      "li",
      {
        class: "card",
        "data-hotel": hotel.id,
        mouseenter: () => onHighlight(hotel.id),
        mouseleave: () => onHighlight(undefined),
        focusin: () => onHighlight(hotel.id),
        focusout: () => onHighlight(undefined),
      },
      element("span", { class: "number", "aria-hidden": "true" }, hotel.id),
      element(
        "div",
        { class: "about" },
        element(
          "h3",
          {},
          name,
          element("span", { class: "visually-hidden" }, `, number ${hotel.id}, show on the map`),
        ),
        element("p", {}, distanceInWords(hotel.kilometres), " away · ", phoneLink(hotel.phone)),
        element(
          "p",
          { class: "small" },
          degrees(hotel.lat, "N", "S"),
          ", ",
          degrees(hotel.lon, "E", "W"),
        ),
      ),
      element(
        "button",
        {
          type: "button",
          class: "main book",
          "aria-label": `Book ${about}`,
          click: () => onBook(hotel),
        },
        "Book",
      ),
      surroundings(hotel),
    );
  }

  return {
    show,
    /** Marks the old hotels as such while new ones are looked for. */
    setBusy(busy) {
      list.setAttribute("aria-busy", String(busy));
    },
    /** Closes what only a signed-in person may see. */
    fold() {
      for (const open of list.querySelectorAll("details.fold[open]")) open.open = false;
    },
    /** Shows which hotel is meant on the map. */
    highlight(id) {
      for (const [key, item] of cards) item.classList.toggle("highlighted", key === id);
    },
    /** Goes to a hotel's card, or to the heading if it is not in the list. */
    focus(id) {
      const item = cards.get(id);
      item?.scrollIntoView({ block: "nearest" });
      (item?.querySelector("button.book") ?? byId("results-heading")).focus();
    },
  };
}

function phoneLink(phone) {
  if (!phone) return "no telephone";
  return element("a", { href: `tel:+1${phone.replaceAll(/\D/g, "")}` }, phone);
}
