const dayMs = 86_400_000;
const dayShown = new Intl.DateTimeFormat("en", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** Nights between two days written YYYY-MM-DD; not positive if they are in the wrong order. */
export function nightsOf({ inDate, outDate }) {
  return Math.round((Date.parse(outDate) - Date.parse(inDate)) / dayMs);
}

/** The day that is some days after another, both written YYYY-MM-DD. */
export function dayAfter(date, days) {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}

/** A stay for people: "Apr 9 – 10, 2015 (1 night)", with weekdays. */
export function stayInWords(stay) {
  const days = dayShown.formatRange(new Date(stay.inDate), new Date(stay.outDate));
  return `${days} (${counted(nightsOf(stay), "night")})`;
}

/** "1 night", "2 nights". */
export function counted(count, noun) {
  return `${count}\u00a0${noun}${count === 1 ? "" : "s"}`;
}
