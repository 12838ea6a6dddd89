import { byId, element } from "./element.js";
import { checkedStay, markFields } from "./field.js";
import { placeAt, places } from "./places.js";
import { dayAfter, nightsOf } from "./stay.js";

/**
 * The form that asks for dates and a place. It calls `onSearch` and `onRecommend` with what was
 * asked for once that makes sense; what does not is marked in the form.
 */
export function createSearchForm({ onSearch, onRecommend }) {
  const form = byId("search");
  const place = byId("place");
  const [lat, lon] = [byId("lat"), byId("lon")];
  const [inDate, outDate] = [byId("in-date"), byId("out-date")];

  offerPlaces(place);
  keepStayForward(inDate, outDate);
  place.addEventListener("change", () => {
    if (place.value !== "") setPoint(places[Number(place.value)]);
  });
  for (const input of [lat, lon]) {
    input.addEventListener("input", namePlace);
    input.addEventListener("paste", pastePair);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.querySelector(".recommend").addEventListener("click", ({ target }) => {
    const require = target.closest("button")?.value;
    if (require && markFields(checkedPoint(lat, lon))) onRecommend({ require, point: point() });
  });
  namePlace();

  function submit() {
    const checks = [...checkedStay(inDate, outDate), ...checkedPoint(lat, lon)];
    if (markFields(checks)) onSearch({ stay: stay(), point: point() });
  }

  function stay() {
    return { inDate: inDate.value, outDate: outDate.value };
  }

  function point() {
    return { lat: Number(lat.value), lon: Number(lon.value) };
  }

  function setPoint(chosen) {
    lat.value = chosen.lat;
    lon.value = chosen.lon;
    markFields(checkedPoint(lat, lon));
    namePlace();
  }

  function namePlace() {
    const index = places.indexOf(placeAt(point()));
    place.value = index < 0 ? "" : String(index);
  }

  function pastePair(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    const pair = /^\s*(-?[\d.]+)°?\s*[,;\s]\s*(-?[\d.]+)°?\s*$/.exec(text);
    if (!pair) return;

    event.preventDefault();
    setPoint({ lat: pair[1], lon: pair[2] });
  }

  return {
    submit,
    setPoint,
    /** The dates as they stand in the form, right or wrong. */
    stay,
  };
}

function offerPlaces(place) {
  const options = places.map(({ name }, index) => element("option", { value: index }, name));
  place.replaceChildren(element("option", { value: "" }, "A point of your own"), ...options);
}

/** When check-in moves past check-out, check-out follows by the nights that were planned. */
export function keepStayForward(inDate, outDate) {
  let nights = 1;

  const remember = () => {
    const now = nightsOf({ inDate: inDate.value, outDate: outDate.value });
    if (now > 0 && now < 60) nights = now;
  };
  inDate.addEventListener("change", () => {
    if (!inDate.value || (outDate.value && outDate.value > inDate.value)) return remember();
    outDate.value = dayAfter(inDate.value, nights);
  });
  outDate.addEventListener("change", remember);
}

function checkedPoint(lat, lon) {
  return [
    [lat, withinMessage(lat.value, 90, "Latitude")],
    [lon, withinMessage(lon.value, 180, "Longitude")],
  ];
}

function withinMessage(text, limit, name) {
  const value = Number(text);
  if (text.trim() !== "" && Math.abs(value) <= limit) return "";
  return `${name} is a number from −${limit} to ${limit}.`;
}
