import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ask, type BookingOutcome, book, freeHotels } from "./front-door.ts";
import { Stack } from "./stack.ts";

// With its metrics ten thousand above, below where the system takes ports for outgoing connections.
const portBase = 21_000;
const dayMs = 86_400_000;
const day = (offset: number) =>
  new Date(Date.UTC(2031, 0, 1) + offset * dayMs).toISOString().slice(0, 10);

describe("the application as npm start runs it, with two replicas of reservation", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start(portBase, "--replicas", "reservation=2");
  }, 120_000);
  afterAll(() => stack?.interrupt());

  test("the requests that the README shows are answered", async () => {
    const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
    const requests = [...readme.matchAll(/^curl .*'http:\/\/127\.0\.0\.1:5000([^']+)'/gm)];
    const answers = await Promise.all(
      requests.map(async ([, target]) => (await fetch(`${stack.url}${target}`)).text()),
    );
    expect(answers).toEqual([
      expect.stringContaining("Hotel Zetta"),
      expect.stringContaining("W San Francisco"),
      expect.stringContaining("Login successfully!"),
    ]);
  });

  test("64 clients at once sell the last rooms of a hotel exactly once each", async () => {
    const stay = { inDate: day(0), outDate: day(2) };
    const { first, all } = await raceForLastRooms(stack.url, stay);
    expect(first).toBe("booked");
    expect(all.filter((outcome) => outcome === "booked")).toHaveLength(100);
    expect(all.filter((outcome) => outcome === "refused")).toHaveLength(64 * 3 - 100);
    expect(await freeHotels(stack.url, stay)).toEqual(["42"]);
    expect(await freeHotels(stack.url, { inDate: day(2), outDate: day(3) })).toEqual(["39", "42"]);
  }, 60_000);

  test("no acknowledged booking is lost, whichever process is killed, and the application is whole again by itself", async () => {
    const traffic = new Traffic(stack.url);
    for (const { name } of await stack.servers()) {
      await stack.kill(name);
      await wholeAgain(stack, name);
    }
    await traffic.stop();

    const booked = await nightsByCustomer(stack);
    const outcomes = traffic.customers("booked");
    expect(outcomes.length).toBeGreaterThan(50);
    expect(outcomes.filter((customer) => booked.get(customer) !== 2)).toEqual([]);
    expect(traffic.customers("refused").filter((customer) => booked.has(customer))).toEqual([]);
    // What nobody could be told of is there as a whole or not at all, at the latest once its rooms are held no more.
    await vi.waitFor(async () => {
      const now = await nightsByCustomer(stack);
      const halves = traffic
        .customers("unknown")
        .filter((c) => ![undefined, 2].includes(now.get(c)));
      expect(halves).toEqual([]);
    }, 60_000);
  }, 300_000);

  test("Ctrl-C leaves no process and no port", async () => {
    const servers = await stack.servers();
    const code = await stack.interrupt();
    expect(code).toBe(0);
    expect(servers.filter(({ pid }) => pid !== null && isAlive(pid))).toEqual([]);
    const open = await Promise.all(servers.map(({ port }) => accepts(port)));
    expect(open).not.toContain(true);
  }, 60_000);
});

describe("the application in two processes that each hold all services", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start(22_000, "--all-in-one", "--processes", "2");
  }, 120_000);
  afterAll(() => stack?.interrupt());

  test("64 clients at once sell the last rooms of a hotel exactly once each", async () => {
    const stay = { inDate: day(0), outDate: day(2) };
    const { first, all } = await raceForLastRooms(stack.url, stay);
    expect(first).toBe("booked");
    expect(all.filter((outcome) => outcome === "booked")).toHaveLength(100);
    expect(await freeHotels(stack.url, stay)).toEqual(["42"]);
  }, 60_000);

  test("Ctrl-C leaves no process", async () => {
    const servers = await stack.servers();
    expect(await stack.interrupt()).toBe(0);
    expect(servers.filter(({ pid }) => pid !== null && isAlive(pid))).toEqual([]);
  }, 60_000);
});

/** Sells half of hotel 39, then lets 64 clients fight for the other hundred rooms, three wishes each. */
async function raceForLastRooms(url: string, stay: { inDate: string; outDate: string }) {
  const wish = { hotelId: "39", ...stay };
  const first = await book(url, { ...wish, customerName: "x", number: 100 });
  const outcomes = await Promise.all(
    Array.from({ length: 64 }, async (_, client) => {
      const own: BookingOutcome[] = [];
      for (let tries = 0; tries < 3; tries++) {
        own.push(await book(url, { ...wish, customerName: `client ${client}`, number: 1 }, client));
      }
      return own;
    }),
  );
  return { first, all: outcomes.flat() };
}

/** Bookings at a steady pace, each by a customer of its own, and what became of them. */
class Traffic {
  readonly #outcomes = new Map<string, BookingOutcome>();
  readonly #pending = new Set<Promise<void>>();
  readonly #url: string;
  readonly #timer: NodeJS.Timeout;
  #count = 0;

  constructor(url: string) {
    this.#url = url;
    this.#timer = setInterval(() => this.#bookOne(), 100);
  }

  #bookOne(): void {
    const number = this.#count++;
    const customerName = `guest ${number}`;
    const stay = { inDate: day(10 + (number % 40)), outDate: day(12 + (number % 40)) };
    const wish = { hotelId: String(1 + (number % 80)), ...stay, customerName, number: 1 };
    const done = book(this.#url, wish, number % 500).then((outcome) => {
      this.#outcomes.set(customerName, outcome);
      this.#pending.delete(done);
    });
    this.#pending.add(done);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  customers(wanted: BookingOutcome): string[] {
    return [...this.#outcomes].flatMap(([name, outcome]) => (outcome === wanted ? [name] : []));
  }
}

/** Waits until the killed process runs anew and every kind of request is answered rightly. */
async function wholeAgain(stack: Stack, name: string): Promise<void> {
  const login = { username: "Cornell_7", password: "7".repeat(10) };
  const stay = { inDate: "2015-04-09", outDate: "2015-04-10" };
  const here = { lat: "37.7749", lon: "-122.4194" };
  const requests: [string, Record<string, string>, string][] = [
    ["/hotels", { ...stay, ...here }, "Hotel Zetta"],
    ["/recommendations", { require: "price", ...here }, "W San Francisco"],
    ["/user", login, "Login successfully!"],
    [
      "/reservation",
      { ...login, ...stay, hotelId: "1", customerName: "n" },
      "Reserve successfully!",
    ],
    ["/review", { ...login, hotelId: "1" }, "Have reviews = 4"],
    ["/restaurants", { ...login, hotelId: "1" }, "Have restaurants = 5"],
  ];
  const limitMs = Date.now() + 45_000;
  for (;;) {
    const server = await stack.server(name);
    const answers = await Promise.all(requests.map(([path, query]) => ask(stack.url, path, query)));
    const wrong = answers.filter(({ body }, i) => !body.includes(requests[i]?.[2] ?? "?"));
    if (server.restarts > 0 && server.state === "ready" && wrong.length === 0) return;
    if (Date.now() > limitMs)
      throw new Error(`not whole after ${name} was killed: ${wrong[0]?.body}`);
    await sleep(100);
  }
}

/** How many nights each guest of the traffic has in the record. */
async function nightsByCustomer(stack: Stack): Promise<ReadonlyMap<string, number>> {
  const { port } = await stack.server("mongodb-reservation");
  const client = new MongoClient(`mongodb://127.0.0.1:${port}`);
  const nights = new Map<string, number>();
  try {
    const record = client.db("reservation-db").collection("reservation");
    for await (const { customerName } of record.find({ customerName: /^guest / })) {
      nights.set(customerName, (nights.get(customerName) ?? 0) + 1);
    }
  } finally {
    await client.close();
  }
  return nights;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process, which is what is asked.
    return false;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("connect", () => socket.destroy()).on("error", () => resolve(false));
  });
}
