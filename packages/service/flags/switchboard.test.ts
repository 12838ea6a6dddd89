import { faults } from "@faultline/faults";
import { emptyDocument, type Flag, type FlagDocument } from "@faultline/faults/flags/document";
import type { Call } from "@faultline/rpc/call";
import { type Place, Stack } from "@faultline/rpc/layering";
import { someCall } from "@faultline/rpc/some-call";
import { keepLog } from "@faultline/stores/testing/kept-log";
import { silent } from "@faultline/telemetry";
import { afterEach, expect, test } from "vitest";
import type { Service } from "../define-app.ts";
import { Switchboard } from "./switchboard.ts";

const contract = { name: "X", fullName: "x.X", methods: {} };
const table = {
  geo: { contract, port: 1, stores: { mongo: { database: "geo-db", port: 2 } } },
  rate: { contract, port: 3 },
  search: { contract, port: 4, calls: ["geo", "rate"] },
} as const;
const ofGeo = { app: "shop", name: "geo", host: "geo" };

const boards: Switchboard[] = [];
afterEach(async () => {
  for (const board of boards.splice(0)) await board.close();
});

function boardOf(name: keyof typeof table, instance = "a"): Switchboard {
  const service: Service = { app: "shop", name, host: name, definition: table[name], table };
  const board = new Switchboard({ service, instance, port: 0, reveal: false, log: silent });
  boards.push(board);
  return board;
}

const answering: Place = { kind: "server", system: "grpc", service: "geo", name: "geo.Geo/Nearby" };
const toGeo: Place = { ...answering, kind: "client", service: "search", peer: "geo" };
const query: Place = { ...answering, kind: "client", system: "mongodb", name: "find geo" };

function flag(values: object, targeting?: unknown): Flag {
  const variants = { off: {}, on: values };
  const state = "ENABLED";
  return {
    state,
    variants,
    defaultVariant: targeting ? "off" : "on",
    ...(targeting ? { targeting } : {}),
  };
}

function document(flags: Record<string, Flag>): FlagDocument {
  return { ...emptyDocument, flags };
}

const failing = flag({ service: "geo", share: 1, delayMs: 0 });
const work = async () => "answer";

test("while no flag concerns the service its stack is the bare work", async () => {
  const board = boardOf("geo");
  const stack = new Stack(board.around([]), answering, work);
  const others = {
    "geo-flaky": flag({ service: "rate", share: 1 }),
    "no-fault-of-ours": flag({ anything: 1 }),
    "memory-leak": { ...flag({ service: "geo" }), state: "DISABLED" } as const,
    "db-slow": { ...flag({ service: "geo" }), defaultVariant: "off" },
    "cpu-hog": flag({ service: "geo", threads: "many" }),
  };

  await board.apply(emptyDocument);
  expect(stack.run).toBe(work);
  await board.apply(document(others));
  expect(stack.run).toBe(work);
});

test("layers come with a flag and go with it, and the stack is then the bare work again", async () => {
  const board = boardOf("geo");
  const stack = new Stack(board.around([]), answering, work);

  await board.apply(document({ "geo-flaky": failing }));
  await expect(stack.run(someCall())).rejects.toThrow("random failure");
  await board.apply(emptyDocument);

  expect(stack.run).toBe(work);
});

test("a flag reaches stacks that are made while it is on", async () => {
  const board = boardOf("geo");
  await board.apply(document({ "geo-flaky": failing }));

  const stack = new Stack(board.around([]), answering, work);

  await expect(stack.run(someCall())).rejects.toThrow("random failure");
});

test("one request is under one verdict: its queries heed a flag that it came in under, and only that", async () => {
  const board = boardOf("geo");
  const source = board.around([]);
  const asked: string[] = [];
  const find = new Stack(source, query, async () => asked.push("asked"));
  let duringRequest = async () => {};
  const handler = async (call: Call) => {
    await duringRequest();
    return find.run({
      ...call,
      signal: call.signal,
      kind: "client",
      system: "mongodb",
      name: "find geo",
    });
  };
  const nearby = new Stack(source, answering, handler);
  const slow = document({ "db-slow": flag({ service: "geo", delayMs: 600_000 }) });

  // Came in before the flip: it does not wait.
  duringRequest = () => board.apply(slow);
  await nearby.run(someCall());
  expect(asked).toHaveLength(1);

  // Came in under it: it waits, until the flag is off.
  duringRequest = async () => {};
  const waiting = nearby.run(someCall());
  await board.apply(slow);
  expect(asked).toHaveLength(1);
  await board.apply(emptyDocument);
  await waiting;
  expect(asked).toHaveLength(2);
});

test("targeting picks one replica", async () => {
  const targeting = { if: [{ "==": [{ var: "instance" }, "b"] }, "on"] };
  const flags = document({
    "geo-flaky": flag({ service: "geo", share: 1, delayMs: 0 }, targeting),
  });
  const stacks = ["a", "b"].map((instance) => {
    const board = boardOf("geo", instance);
    return { board, stack: new Stack(board.around([]), answering, work) };
  });
  for (const { board } of stacks) await board.apply(flags);

  expect(await stacks[0]?.stack.run(someCall())).toBe("answer");
  await expect(stacks[1]?.stack.run(someCall())).rejects.toThrow("random failure");
});

test("a share of users is the same users every time", async () => {
  const targeting = { fractional: [{ var: "user" }, ["on", 50], ["off", 50]] };
  const board = boardOf("geo");
  const stack = new Stack(board.around([]), answering, work);
  await board.apply(
    document({ "geo-flaky": flag({ service: "geo", share: 1, delayMs: 0 }, targeting) }),
  );
  const outcomes = () =>
    Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        stack.run(someCall({ request: { username: `user${i}` } })).then(
          () => "fine",
          () => "failed",
        ),
      ),
    );

  const [first, second] = [await outcomes(), await outcomes()];

  expect(second).toEqual(first);
  const failed = first.filter((outcome) => outcome === "failed").length;
  expect(failed).toBeGreaterThan(5);
  expect(failed).toBeLessThan(35);
});

test("a caller's layers are around its call, and so outside of what is always there", async () => {
  const board = boardOf("search");
  const spans: string[] = [];
  const span = async (call: Call, next: (call: Call) => Promise<unknown>) => {
    spans.push("span");
    return next(call);
  };
  let calls = 0;
  const stack = new Stack(board.around([span]), toGeo, async () => {
    calls++;
    throw new Error("no");
  });
  const storm = { service: "geo", caller: "search", attempts: 3, hiccupMs: 0 };
  await board.apply(document({ "retry-storm": flag(storm) }));
  // A call is judged with the request that it is made for.
  const verdict = new Stack(board.around([]), { ...answering, service: "search" }, (call) =>
    stack.run({ ...call, signal: call.signal, kind: "client" }),
  );

  await expect(verdict.run(someCall())).rejects.toThrow("no");

  expect([calls, spans.length]).toEqual([3, 3]);
});

test("what a flag keeps between calls outlives a change of other flags, and ends with its own", async () => {
  const board = boardOf("geo");
  const stack = new Stack(board.around([]), answering, work);
  const full = flag({
    service: "geo",
    caller: "search",
    perSecond: 1_000,
    queueMax: 1,
    hiccupMs: 600_000,
  });
  await board.apply(document({ "retry-storm": full }));
  const waiting = stack.run(someCall());
  await new Promise(setImmediate);

  await board.apply(document({ "retry-storm": full, "db-slow": flag({ service: "geo" }) }));
  await expect(stack.run(someCall())).rejects.toThrow("1 requests are already waiting");
  await board.apply(document({ "db-slow": flag({ service: "geo" }) }));

  expect(await waiting).toBe("answer");
});

test("a handler of another name takes the calls while its flag is on, and is closed after it", async () => {
  const board = boardOf("rate");
  const place = { ...answering, service: "rate", method: "getRates" };
  const stack = new Stack(board.around([]), place, work);
  let made = 0;
  let closed = 0;
  board.provideTwins({
    has: (name) => name === "rate-connection-failure",
    async make() {
      made++;
      const implementation = { getRates: async () => "wrong" };
      return { implementation, databases: [], close: async () => void closed++ };
    },
  });

  await board.apply(document({ "rate-connection-failure": flag({}) }));
  expect([await stack.run(someCall()), await stack.run(someCall()), made]).toEqual([
    "wrong",
    "wrong",
    1,
  ]);
  expect(await board.standingTwins()).toHaveLength(1);
  await board.apply(emptyDocument);

  expect(await stack.run(someCall())).toBe("answer");
  await expect.poll(() => closed).toBe(1);
});

test("a handler that cannot be made fails its calls with the reason", async () => {
  const board = boardOf("rate");
  const stack = new Stack(
    board.around([]),
    { ...answering, service: "rate", method: "getRates" },
    work,
  );
  board.provideTwins({ has: () => true, make: () => Promise.reject(new Error("no such port")) });

  await board.apply(document({ "rate-connection-failure": flag({}) }));

  await expect(stack.run(someCall())).rejects.toThrow("no such port");
});

test("the stack of an error names no layer that a flag has put there", async () => {
  const board = boardOf("geo");
  const broken = async () => {
    throw new Error("a bug");
  };
  const stack = new Stack(board.around([]), answering, broken);
  await board.apply(document({ "geo-flaky": flag({ service: "geo", share: 0, delayMs: 0 }) }));

  const error = await stack.run(someCall()).catch((thrown: Error) => thrown);

  expect(error).toBeInstanceOf(Error);
  const frames = (error as Error).stack?.split("\n").filter((line) => !line.includes(".test.ts"));
  expect(frames?.join("\n")).not.toMatch(/\/faults\/|\/flags\//);
});

test("with reveal, and only with it, the log says which fault acted", async () => {
  const told = async (reveal: boolean) => {
    const service: Service = { ...ofGeo, definition: table.geo, table };
    const { log, lines } = keepLog();
    const board = new Switchboard({ service, instance: "a", port: 0, reveal, log });
    boards.push(board);
    const stack = new Stack(board.around([]), answering, work);
    await board.apply(document({ "geo-flaky": failing }));
    await stack.run(someCall({ log })).catch(() => {});
    return lines;
  };

  expect(await told(false)).toEqual([]);
  expect(await told(true)).toEqual([
    { message: "fault acted", fault: "geo-flaky", call: "echo.Echo/Say" },
  ]);
});

test("every fault inside services has a service to act on", () => {
  const inside = faults.filter(({ onCall, onQuery }) => onCall ?? onQuery);

  expect(inside.filter(({ parameters }) => !parameters.service).map(({ name }) => name)).toEqual(
    [],
  );
});
