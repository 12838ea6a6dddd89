import type { RatePlan, RateRoomType } from "@faultline/proto/hotel";
import { cachedFieldsOf, numberOf, textOf } from "../stored-values.ts";

/** The plan in a document or a cached object, whose field names begin in lower case. */
export function planOf(fields: Record<string, unknown>): RatePlan {
  return {
    hotelId: textOf(fields.hotelId),
    code: textOf(fields.code),
    inDate: textOf(fields.inDate),
    outDate: textOf(fields.outDate),
    roomType: fields.roomType ? roomTypeOf(cachedFieldsOf(fields.roomType)) : undefined,
  };
}

function roomTypeOf(fields: Record<string, unknown>): RateRoomType {
  return {
    bookableRate: numberOf(fields.bookableRate),
    totalRate: numberOf(fields.totalRate),
    totalRateInclusive: numberOf(fields.totalRateInclusive),
    code: textOf(fields.code),
    currency: textOf(fields.currency),
    roomDescription: textOf(fields.roomDescription),
  };
}

/** The plans of one hotel as the cache keeps them: one JSON object a line, with the original's spelling. */
export function encodePlans(plans: readonly RatePlan[]): string {
  return plans.map((plan) => `${JSON.stringify(spelled(plan))}\n`).join("");
}

/** Reads what this or an original has cached. Throws at a line that is no plan of this hotel. */
export function decodePlans(bytes: Buffer, hotelId: string): RatePlan[] {
  const lines = bytes
    .toString()
    .split("\n")
    .filter((line) => line !== "");
  const plans = lines.map((line) => planOf(cachedFieldsOf(JSON.parse(line))));
  if (plans.some((plan) => plan.hotelId !== hotelId)) throw new Error("plan of another hotel");
  return plans;
}

function spelled({ hotelId, code, inDate, outDate, roomType }: RatePlan) {
  return {
    HotelId: hotelId,
    Code: code,
    InDate: inDate,
    OutDate: outDate,
    RoomType: roomType ? spelledRoomType(roomType) : null,
  };
}

function spelledRoomType(roomType: RateRoomType) {
  return {
    BookableRate: roomType.bookableRate,
    TotalRate: roomType.totalRate,
    TotalRateInclusive: roomType.totalRateInclusive,
    Code: roomType.code,
    Currency: roomType.currency,
    RoomDescription: roomType.roomDescription,
  };
}
