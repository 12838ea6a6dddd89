/** One night of a stay: checked in on the first day, out on the next. Days are `YYYY-MM-DD`. */
export interface Night {
  readonly inDate: string;
  readonly outDate: string;
}

/** The longest stay that can be asked for or booked. */
export const nightsMax = 366;

const dayMs = 86_400_000;

/** Texts of days that were asked for: mostly those of a few weeks, again and again. */
const texts = new Map<number, string>();
const textsMax = 1_000;
const dayShape = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The nights of the stay [inDate, outDate), in order; undefined unless both are days of the calendar, the
 * first before the second, and the stay no longer than `nightsMax`.
 */
export function nightsOfStay(inDate: string, outDate: string): Night[] | undefined {
  const first = dayNumber(inDate);
  const last = dayNumber(outDate);
  if (first === undefined || last === undefined) return undefined;
  const count = last - first;
  if (count < 1 || count > nightsMax) return undefined;
  const days = Array.from({ length: count + 1 }, (_, i) => dayText(first + i));
  return days.slice(1).map((outDate, i) => ({ inDate: days[i] ?? "", outDate }));
}

/** Days since 1970; undefined for a text of another shape and for days like 2015-02-30. */
function dayNumber(day: string): number | undefined {
  if (!dayShape.test(day)) return undefined;
  const ms = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(ms) || dayText(ms / dayMs) !== day) return undefined;
  return ms / dayMs;
}

function dayText(number: number): string {
  const known = texts.get(number);
  if (known !== undefined) return known;
  const text = new Date(number * dayMs).toISOString().slice(0, 10);
  if (texts.size < textsMax) texts.set(number, text);
  return text;
}
