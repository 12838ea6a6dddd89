import type { FrontDoor, Route } from "@faultline/faults/verify/routes";

const routes: readonly Route[] = [
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
];

/** What is asked of Hotel Reservation to see whether it is well. */
export const frontDoor: FrontDoor = { name: "frontend", routes };

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
