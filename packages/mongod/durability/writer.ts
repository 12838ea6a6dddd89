import { type Collection, MongoServerError } from "mongodb";
import type { Chance } from "./chance.ts";
import { type Effect, type Item, type Ledger, perform } from "./ledger.ts";

/** One client that writes, and remembers what it was told. */
export type Writer = {
  readonly number: number;
  readonly ledger: Ledger;
  /** Never goes back, so that an id or slot is never used twice. */
  nextNumber: number;
};

/** Writers have their own ids and slots, so that none changes what another knows. */
const numbersOfWriter = 1_000_000;

const itemsMin = 10;
const itemsMax = 200;

/** Does one write by chance and waits for its answer. */
export async function writeOnce(
  writer: Writer,
  items: Collection<Item>,
  chance: Chance,
): Promise<void> {
  const known = [...writer.ledger.acknowledged.values()];
  const item = known[chance.below(known.length)];
  const plan = { writer, items, chance };
  const { effect, run } =
    item === undefined || known.length < itemsMin
      ? insertSome(plan)
      : known.length > itemsMax
        ? removeSome({ ...plan, item })
        : chance.pick(writes)({ ...plan, item });
  await perform(writer.ledger, effect, run);
}

type Plan = { writer: Writer; items: Collection<Item>; chance: Chance };
type PlanForItem = Plan & { item: Item };
type Write = { effect: Effect; run: () => Promise<unknown> };

const writes: readonly [(plan: PlanForItem) => Write, ...((plan: PlanForItem) => Write)[]] = [
  insertSome,
  insertTakenSlot,
  updateInPlace,
  updateInPlace,
  moveToAnotherSlot,
  findAndMove,
  replaceOrInsert,
  updateSome,
  removeOne,
  removeSome,
];

function insertSome({ writer, items, chance }: Plan): Write {
  const inserted = Array.from({ length: 1 + chance.below(5) }, () => newItem(writer, chance));
  return {
    effect: new Map(inserted.map((item) => [item._id, item])),
    run: () => items.insertMany(inserted, { writeConcern: { j: chance.below(4) === 0 } }),
  };
}

function insertTakenSlot({ writer, items, chance, item }: PlanForItem): Write {
  const rejected = { ...newItem(writer, chance), slot: item.slot };
  return {
    effect: new Map([[rejected._id, undefined]]),
    run: () => refusedAsDuplicate(items.insertOne(rejected)),
  };
}

function updateInPlace({ items, item }: PlanForItem): Write {
  return {
    effect: effectOn({ ...item, version: item.version + 1 }),
    run: () => items.updateOne({ _id: item._id }, { $inc: { version: 1 } }),
  };
}

function moveToAnotherSlot({ writer, items, chance, item }: PlanForItem): Write {
  const { slot, tags, filler } = newItem(writer, chance);
  return {
    effect: effectOn({ ...item, slot, tags, filler }),
    run: () => items.updateOne({ slot: item.slot }, { $set: { slot, tags, filler } }),
  };
}

function findAndMove({ writer, items, chance, item }: PlanForItem): Write {
  const { slot } = newItem(writer, chance);
  return {
    effect: effectOn({ ...item, slot }),
    run: () => items.findOneAndUpdate({ _id: item._id }, { $set: { slot } }),
  };
}

function replaceOrInsert({ writer, items, chance, item }: PlanForItem): Write {
  const fresh = newItem(writer, chance);
  const replaced = chance.below(2) === 0 ? fresh : { ...fresh, _id: item._id };
  const { _id, ...rest } = replaced;
  return {
    effect: effectOn(replaced),
    run: () => items.replaceOne({ _id }, rest, { upsert: true }),
  };
}

function updateSome({ writer, items, chance, item }: PlanForItem): Write {
  const updated = someItems(writer, chance, item);
  return {
    effect: new Map(updated.map((item) => [item._id, { ...item, version: item.version + 1 }])),
    run: () => items.updateMany({ _id: { $in: idsOf(updated) } }, { $inc: { version: 1 } }),
  };
}

function removeOne({ items, item }: PlanForItem): Write {
  return {
    effect: new Map([[item._id, undefined]]),
    run: () => items.deleteOne({ _id: item._id }),
  };
}

function removeSome({ writer, items, chance, item }: PlanForItem): Write {
  const removed = someItems(writer, chance, item);
  return {
    effect: new Map(removed.map(({ _id }) => [_id, undefined])),
    run: () => items.deleteMany({ _id: { $in: idsOf(removed) } }),
  };
}

function newItem(writer: Writer, chance: Chance): Item {
  const number = writer.number * numbersOfWriter + writer.nextNumber++;
  // Now and then a document is larger than a page of the storage.
  const length = chance.below(10) === 0 ? chance.below(40_000) : chance.below(300);
  return {
    _id: `${number}`,
    slot: number,
    version: 0,
    tags: Array.from({ length: chance.below(3) }, (_, index) => `tag${index}`),
    filler: chance.pick(["a", "b", "c"]).repeat(length),
  };
}

function someItems(writer: Writer, chance: Chance, first: Item): Item[] {
  const others = [...writer.ledger.acknowledged.values()].filter(() => chance.below(40) === 0);
  return [first, ...others.filter(({ _id }) => _id !== first._id)];
}

function idsOf(items: Item[]): string[] {
  return items.map(({ _id }) => _id);
}

function effectOn(item: Item): Effect {
  return new Map([[item._id, item]]);
}

async function refusedAsDuplicate(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === 11_000) return;
    throw error;
  }
  throw new Error("a second document in a slot was accepted");
}
