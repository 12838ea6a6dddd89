/** A route of a front door, as far as `verify` asks it. */
export interface Route {
  readonly path: string;
  readonly method: "GET" | "POST";
  /** Its share of the standard mix's requests. */
  readonly weight: number;
  /** Services whose answers it needs, besides the front door. */
  readonly reaches: readonly string[];
  /** The query of the request with that number. */
  query(index: number): Readonly<Record<string, string>>;
  /** Stands in every right answer. */
  readonly answer: RegExp;
}

/** The routes of each application. */
export const routesOf: Readonly<Record<string, readonly Route[]>> = {
  hotel: [
    {
      path: "/hotels",
      method: "GET",
      weight: 0.6,
      reaches: ["search", "geo", "rate", "reservation", "profile"],
      query: (index) => ({ ...nights(index), ...place(index) }),
      answer: /"type":"Feature"/,
    },
    {
      path: "/recommendations",
      method: "GET",
      weight: 0.39,
      reaches: ["recommendation", "profile"],
      query: (index) => ({ require: "price", ...place(index) }),
      answer: /"type":"Feature"/,
    },
    {
      path: "/user",
      method: "POST",
      weight: 0.005,
      reaches: ["user"],
      query: login,
      answer: /Login successfully!/,
    },
    {
      path: "/reservation",
      method: "POST",
      weight: 0.005,
      reaches: ["user", "reservation"],
      query: (index) => ({
        ...nights(index),
        ...{ hotelId: `${1 + (index % 80)}`, customerName: "Cornell_1", number: "1" },
        ...login(index),
      }),
      answer: /Reserve successfully!/,
    },
    {
      path: "/review",
      method: "POST",
      weight: 0,
      reaches: ["user", "review"],
      query: (index) => ({ ...login(index), hotelId: "1", ...place(index) }),
      answer: /Have reviews = \d/,
    },
    {
      path: "/restaurants",
      method: "POST",
      weight: 0,
      reaches: ["user", "attractions"],
      query: (index) => ({ ...login(index), hotelId: "1", ...place(index) }),
      answer: /Have restaurants = \d/,
    },
  ],
};

function nights(index: number) {
  const first = 9 + (index % 14);
  return { inDate: april(first), outDate: april(first + 1) };
}

function april(day: number): string {
  return `2015-04-${String(day).padStart(2, "0")}`;
}

function place(index: number) {
  const step = ((index % 20) - 10) / 1_000;
  return { lat: (38.0235 + step).toFixed(4), lon: (-122.095 - step).toFixed(4) };
}

function login(index: number) {
  const user = `${index % 500}`;
  return { username: `Cornell_${user}`, password: user.repeat(10) };
}
