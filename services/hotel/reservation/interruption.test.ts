import { testCall } from "@faultline/rpc/test-call";
import { createMemoryCache } from "@faultline/stores/memcached-memory";
import { type Decide, type Fate, troubledMongo } from "@faultline/stores/testing/troubled-mongo";
import { expect, test } from "vitest";
import {
  book,
  bookedRooms,
  expectOrder,
  mongoOfHotels,
  replica,
  type StayWish,
  totalRooms,
} from "./reservation-testing.ts";

const capacity = 3;
const threeNights: StayWish = {
  ...{ hotelId: "1", inDate: "2015-04-09", outDate: "2015-04-12", rooms: 2 },
};
const lastNight: StayWish = { ...threeNights, inDate: "2015-04-11", rooms: 1 };
/** Long enough that no hold is left that has not expired. */
const muchLaterMs = 3_600_000;

/** Books three nights beside an earlier booking, with a database that decides so about every step. */
async function bookInTrouble(decide: Decide) {
  const mongo = await mongoOfHotels({ "1": capacity });
  const calm = replica({ mongo, cache: createMemoryCache() });
  expect(await book(calm.client, lastNight)).toBe(true);
  const troubled = troubledMongo(mongo, decide);
  const { client } = replica({ mongo: troubled, cache: createMemoryCache() });
  const outcome = await book(client, threeNights).catch(() => "failed" as const);
  return { mongo, troubled, outcome };
}

/** Another replica, at a time when every hold of before has expired. */
function laterReplica(mongo: Parameters<typeof replica>[0]["mongo"]) {
  return replica({ mongo, cache: createMemoryCache(), now: () => Date.now() + muchLaterMs });
}

async function stepsOfOneBooking(): Promise<number> {
  const { troubled } = await bookInTrouble(() => "done");
  return troubled.steps();
}

/** What is in the record of bookings, beside the earlier booking. */
async function nightsBooked(mongo: Parameters<typeof bookedRooms>[0]) {
  const rooms = await bookedRooms(mongo);
  return ["1_2015-04-10", "1_2015-04-11", "1_2015-04-12"].map((night) => rooms[night] ?? 0);
}

const stayAndEarlier = [2, 2, 3];
const earlierOnly = [0, 0, 1];

test.each<Fate>(["failed", "unheard", "late"])(
  "whichever step is %s, a booking is all there or not at all, and no room is lost",
  async (fate) => {
    const steps = await stepsOfOneBooking();
    expect(steps).toBeGreaterThan(10);

    for (let troubledStep = 1; troubledStep <= steps; troubledStep++) {
      const decide: Decide = (step) => (step === troubledStep ? fate : "done");
      const { mongo, troubled, outcome } = await bookInTrouble(decide);
      await troubled.landLateSteps();
      const later = laterReplica(mongo);
      await later.repair.overhaul(testCall());

      await expectOrder(mongo);
      const expected = outcome === true ? [stayAndEarlier] : [stayAndEarlier, earlierOnly];
      expect(expected).toContainEqual(await nightsBooked(mongo));
    }
  },
);

test.each<Fate>(["failed", "unheard", "late"])(
  "whenever the service dies, with its last step %s, another replica puts all in order",
  async (fate) => {
    const steps = await stepsOfOneBooking();

    for (let lastStep = 1; lastStep <= steps; lastStep++) {
      const decide: Decide = (step) =>
        step < lastStep ? "done" : step > lastStep ? "failed" : fate;
      const { mongo, troubled, outcome } = await bookInTrouble(decide);
      await troubled.landLateSteps();
      const later = laterReplica(mongo);
      await later.repair.overhaul(testCall());

      await expectOrder(mongo);
      const expected = outcome === true ? [stayAndEarlier] : [stayAndEarlier, earlierOnly];
      expect(expected).toContainEqual(await nightsBooked(mongo));
    }
  },
);

test("a step that lands after the booking was given up never oversells", async () => {
  const steps = await stepsOfOneBooking();

  for (let lastStep = 1; lastStep <= steps; lastStep++) {
    const decide: Decide = (step) =>
      step < lastStep ? "done" : step > lastStep ? "failed" : "late";
    const { mongo, troubled } = await bookInTrouble(decide);
    const later = laterReplica(mongo);
    await later.repair.overhaul(testCall());
    const beforeLanding = await nightsBooked(mongo);
    const rest = capacity - Math.max(...beforeLanding.slice(0, 2));
    expect(await book(later.client, { ...threeNights, outDate: "2015-04-11", rooms: rest })).toBe(
      true,
    );
    await troubled.landLateSteps();

    const record = Object.entries(await bookedRooms(mongo));
    const totals = await totalRooms(mongo);
    expect(record.filter(([night, booked]) => booked > (totals[night] ?? 0))).toEqual([]);
    expect(Math.max(...(await nightsBooked(mongo)))).toBeLessThanOrEqual(capacity);
    await later.repair.overhaul(testCall());
    await expectOrder(mongo);
  }
});

test("rooms of a booking that died are sold again without waiting for a repair", async () => {
  const steps = await stepsOfOneBooking();

  for (let lastStep = 1; lastStep <= steps; lastStep++) {
    const decide: Decide = (step) => (step < lastStep ? "done" : "failed");
    const { mongo, outcome } = await bookInTrouble(decide);
    const later = laterReplica(mongo);
    const taken =
      outcome === true ||
      (await later.client.checkAvailability(asked, testCall())).hotelId.length === 0;
    expect(await book(later.client, threeNights)).toBe(!taken);
    await later.repair.sweep(testCall());

    await expectOrder(mongo);
    expect(await nightsBooked(mongo)).toEqual(stayAndEarlier);
  }
});

const asked = {
  ...{ customerName: "", hotelId: ["1"], inDate: "2015-04-09", outDate: "2015-04-12" },
  roomNumber: 2,
};
