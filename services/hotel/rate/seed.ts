import type { CallScope } from "@faultline/rpc/call";
import type { Mongo } from "@faultline/stores/mongo";
import { insertAbsent } from "../seeding.ts";
import type { StoredPlan } from "./rate.ts";

const hotelsMax = 80;
const kingSized = { code: "KNG", roomDescription: "King sized bed" };
const queenSized = { code: "QN", roomDescription: "Queen sized bed" };

/** What a room costs in every third hotel from 9 on, by its number modulo 5. */
const thirdHotels = [
  { totalRate: 109, totalRateInclusive: 123.17 },
  { totalRate: 120, totalRateInclusive: 140 },
  { totalRate: 124, totalRateInclusive: 144 },
  { totalRate: 132, totalRateInclusive: 158 },
  { totalRate: 232, totalRateInclusive: 258 },
] as const;

/**
 * Brings `rate-db` to its first state: one plan for each of 27 hotels. Running it again, or twice at once, changes
 * nothing.
 */
export async function seedRate(mongo: Mongo, scope: CallScope): Promise<void> {
  const inventory = mongo.collection<StoredPlan>("inventory");
  await insertAbsent(inventory, "hotelId", [...namedHotels(), ...lineHotels()], scope);
  await inventory.ensureIndex({ hotelId: 1 }, scope);
}

function namedHotels(): StoredPlan[] {
  const king = { totalRate: 109, totalRateInclusive: 123.17, ...kingSized };
  const queen = { totalRate: 139, totalRateInclusive: 153.09, ...queenSized };
  return [
    plan("1", "2015-04-10", king),
    plan("2", "2015-04-10", queen),
    plan("3", "2015-04-10", king),
  ];
}

function lineHotels(): StoredPlan[] {
  const plans: StoredPlan[] = [];
  for (let hotel = 9; hotel <= hotelsMax; hotel += 3) {
    const outDate = hotel % 2 === 0 ? "2015-04-17" : "2015-04-24";
    const price = thirdHotels[hotel % 5] ?? thirdHotels[0];
    plans.push(plan(String(hotel), outDate, { ...price, ...kingSized }));
  }
  return plans;
}

interface Room {
  readonly totalRate: number;
  readonly totalRateInclusive: number;
  readonly code: string;
  readonly roomDescription: string;
}

function plan(hotelId: string, outDate: string, room: Room): StoredPlan {
  const days = { inDate: "2015-04-09", outDate };
  const roomType = { bookableRate: room.totalRate, ...room };
  return { _id: hotelId, hotelId, code: "RACK", ...days, roomType };
}
