/** What the front door answered: the status and the text, or 0 if there was no answer. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

const answersWithinMs = 40_000;

/** Asks a front door; a connection that breaks is an answer with status 0. */
export async function ask(
  url: string,
  path: string,
  query: Record<string, string>,
): Promise<Answer> {
  try {
    const response = await fetch(`${url}${path}?${new URLSearchParams(query)}`, {
      method: "POST",
      signal: AbortSignal.timeout(answersWithinMs),
    });
    return { status: response.status, body: await response.text() };
  } catch {
    // Refused, reset or too late: whoever asked knows nothing of what happened.
    return { status: 0, body: "" };
  }
}

export interface Wish {
  readonly hotelId: string;
  readonly inDate: string;
  readonly outDate: string;
  readonly customerName: string;
  readonly number: number;
}

export type BookingOutcome = "booked" | "refused" | "unknown";

/** Books as the user with that number; after anything but a clear answer the outcome is unknown. */
export async function book(url: string, wish: Wish, user = 1): Promise<BookingOutcome> {
  const login = { username: `Cornell_${user}`, password: String(user).repeat(10) };
  const query = { ...wish, number: String(wish.number), ...login };
  const { status, body } = await ask(url, "/reservation", query);
  if (status === 200 && body.includes("Reserve successfully!")) return "booked";
  if (status === 200 && body.includes("Failed. Already reserved. ")) return "refused";
  return "unknown";
}

/** The ids of the hotels that are shown as free. */
export async function freeHotels(
  url: string,
  stay: { readonly inDate: string; readonly outDate: string },
  at = { lat: "38.0235", lon: "-122.095" },
): Promise<string[]> {
  const { body } = await ask(url, "/hotels", { ...stay, ...at });
  const { features } = JSON.parse(body) as { features: { id: string }[] };
  return features.map(({ id }) => id);
}
