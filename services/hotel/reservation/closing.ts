import type { CallScope } from "@faultline/rpc/call";
import { ServiceError } from "@faultline/rpc/errors";
import type { Collection, Mongo } from "@faultline/stores/mongo";
import { type BookedNight, documentId } from "./bookings.ts";
import { type Hold, nightsOfHold } from "./hold.ts";

const triesMax = 5;

/** Decides how stays ended that nobody is working on any more, or whose insertion failed. */
export class Closing {
  readonly #documents: Collection<BookedNight>;

  constructor(mongo: Mongo) {
    this.#documents = mongo.collection("reservation");
  }

  /**
   * Finds out whether all nights of a stay are booked. If not, takes back those that are and bars the others, so that
   * an insertion still on its way comes too late. The answer is the same for everybody who asks, and for good.
   */
  async close(hold: Hold, scope: CallScope): Promise<"complete" | "removed"> {
    const ids = nightsOfHold(hold).map((night) => documentId(hold, night));
    const last = ids.at(-1);
    // Nights are inserted in order, so the last one decides: with it in, all are; with its place taken, never all.
    if (last !== undefined && (await this.#isBooked(last, hold, scope))) return "complete";
    for (const id of ids) await this.#bar(id, hold, scope);
    return "removed";
  }

  /** Whether the night is in the record; if not, its place is taken, durably, and it never will be. */
  async #isBooked(id: string, { booking }: Hold, scope: CallScope): Promise<boolean> {
    try {
      const barrier = { _id: id, booking, removed: true };
      await this.#documents.insertMany([barrier], scope, { durable: true });
      return false;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      const document = await this.#documents.findOne({ _id: id }, scope);
      return document !== null && document.removed !== true;
    }
  }

  /** Makes the document one that nobody counts, whether it was there or not. */
  async #bar(id: string, { booking }: Hold, scope: CallScope): Promise<void> {
    const update = {
      $set: { booking, removed: true },
      $unset: { hotelId: "", customerName: "", inDate: "", outDate: "", number: "" },
    };
    const options = { upsert: true, durable: true };
    for (let tries = 1; ; tries++) {
      try {
        await this.#documents.updateOne({ _id: id }, update, scope, options);
        return;
      } catch (error) {
        // The document came between our not finding it and our putting one in its place: now it can be found.
        if (!isDuplicate(error) || tries === triesMax) throw error;
      }
    }
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof ServiceError && error.code === "alreadyExists";
}
