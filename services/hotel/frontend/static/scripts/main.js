import { createAccount } from "./account.js";
import { findHotels, recommendHotels } from "./api.js";
import { createBooking } from "./booking.js";
import { byId } from "./element.js";
import { Failure } from "./failure.js";
import { createMap } from "./map.js";
import { showFailure } from "./notice.js";
import { kilometresBetween, pointInWords } from "./places.js";
import { createResults } from "./results.js";
import { createSearchForm } from "./search-form.js";
import { counted, stayInWords } from "./stay.js";
import { createSurroundings } from "./surroundings.js";
import { withProgress } from "./waiting.js";

const recommendations = {
  dis: { title: "Nearest hotel", label: "Looking for the nearest hotel…" },
  rate: { title: "Top rated hotels", label: "Looking for the top rated hotels…" },
  price: { title: "Cheapest hotel", label: "Looking for the cheapest hotel…" },
};

const account = createAccount({ onSignOut: () => results.fold() });
const booking = createBooking({ account, onBooked: refresh });
const results = createResults({
  onBook: book,
  onShow: (hotel) => map.showHotel(hotel),
  onHighlight: highlight,
  surroundings: createSurroundings(account),
});
const map = createMap({
  onChoose(point) {
    form.setPoint(point);
    form.submit();
  },
  onSelect: results.focus,
  onHighlight: highlight,
});
const form = createSearchForm({ onSearch: search, onRecommend: recommend });

/** The question that the list answers, and how to stop asking it. */
let asked;
let asking;

form.submit();

function search({ stay, point }) {
  return ask({
    title: `Hotels near ${pointInWords(point)}`,
    label: "Searching…",
    none: `No hotel within 10 km has a free room, ${stayInWords(stay)}. Try another place or other days.`,
    note: stayInWords(stay),
    point,
    find: (signal) => findHotels({ stay, point }, signal),
  });
}

function recommend({ require, point }) {
  return ask({
    ...recommendations[require],
    none: "There is nothing to recommend.",
    note: "whether rooms are free shows when you book",
    point,
    find: (signal) => recommendHotels({ require, point }, signal),
  });
}

/** Asks a question and shows its answer; the last question asked is the one that counts. */
async function ask(question) {
  asking?.abort();
  const controller = new AbortController();
  [asked, asking] = [question, controller];
  byId("results-heading").textContent = question.title;
  byId("results-summary").textContent = "";
  byId("results-notice").replaceChildren();
  results.setBusy(true);

  try {
    const { label, find } = question;
    const hotels = await withProgress(byId("results-progress"), { label, controller }, find);
    if (asking === controller) answer(question, hotels);
  } catch (failure) {
    if (asking === controller) fail(question, failure);
    if (!(failure instanceof Failure)) throw failure;
  }
}

function answer({ point, note, none }, found) {
  const hotels = found
    .map((hotel) => ({ ...hotel, kilometres: kilometresBetween(point, hotel) }))
    .sort((one, other) => one.kilometres - other.kilometres || one.id - other.id);
  show({ hotels, point });
  byId("results-summary").textContent =
    hotels.length > 0 ? `${counted(hotels.length, "hotel")} · ${note}` : none;
}

function fail(question, failure) {
  show({ hotels: [], point: question.point });
  showFailure(byId("results-notice"), failure, { retry: () => ask(question) });
}

function show(found) {
  results.setBusy(false);
  results.show(found.hotels);
  map.show(found);
}

async function book(hotel) {
  const user = await account.ask(`Sign in to book ${hotel.name}.`);
  if (user) booking.open(hotel, form.stay());
}

/** A booking may have taken the last room, so the list is asked for again. */
async function refresh(hotel) {
  await ask(asked);
  results.focus(hotel.id);
}

function highlight(id) {
  results.highlight(id);
  map.highlight(id);
}
