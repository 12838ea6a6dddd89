import type { CallScope } from "@faultline/rpc/call";
import { unavailable } from "@faultline/rpc/errors";
import type { Collection, Document, Mongo, WriteOptions } from "../mongo.ts";

/**
 * What becomes of one step of the database: it is done; it fails without being done; it is done, but its caller hears
 * of a failure; or its caller hears of a failure and it is done later, when the test says so.
 */
export type Fate = "done" | "failed" | "unheard" | "late";

/** Decides about a step by its number, from 1 on, and the operation it belongs to. */
export type Decide = (step: number, operation: string) => Fate | Promise<Fate>;

export interface TroubledMongo extends Mongo {
  /** How many steps have been asked for. */
  steps(): number;
  /** Does the late steps now; those that the database refuses are refused. */
  landLateSteps(): Promise<void>;
}

/** A database whose every step may go wrong. An insertion of several documents is one step for each of them. */
export function troubledMongo(mongo: Mongo, decide: Decide): TroubledMongo {
  let steps = 0;
  const late: (() => Promise<unknown>)[] = [];

  const step: Step = async (operation, work, lateWork = work) => {
    const fate = await decide(++steps, operation);
    if (fate === "done") return await work();
    if (fate === "unheard") await work().catch(() => undefined);
    if (fate === "late") late.push(lateWork);
    throw unavailable(`step ${operation} was ${fate}`);
  };

  return {
    ...mongo,
    collection: <T extends Document>(name: string) => troubled(mongo.collection<T>(name), step),
    steps: () => steps,
    async landLateSteps() {
      for (const work of late.splice(0)) await work().catch(() => undefined);
    },
  };
}

type Step = <Result>(
  operation: string,
  work: () => Promise<Result>,
  lateWork?: () => Promise<Result>,
) => Promise<Result>;

function troubled<T extends Document>(inner: Collection<T>, step: Step): Collection<T> {
  const { name } = inner;
  return {
    name,
    find: (...query) => step(`find ${name}`, () => inner.find(...query)),
    findOne: (...query) => step(`findOne ${name}`, () => inner.findOne(...query)),
    findBytes: (...query) => step(`findBytes ${name}`, () => inner.findBytes(...query)),
    aggregate: <R extends Document>(pipeline: readonly Document[], scope: CallScope) =>
      step(`aggregate ${name}`, () => inner.aggregate<R>(pipeline, scope)),
    count: (...query) => step(`count ${name}`, () => inner.count(...query)),
    async insertMany(documents: readonly T[], scope: CallScope, options?: WriteOptions) {
      for (let i = 0; i < documents.length; i++) {
        const insert = (to: number) => () =>
          inner.insertMany(documents.slice(i, to), scope, options);
        await step(`insert ${name}`, insert(i + 1), insert(documents.length));
      }
    },
    updateOne: (...update) => step(`update ${name}`, () => inner.updateOne(...update)),
    updateMany: (...update) => step(`updateMany ${name}`, () => inner.updateMany(...update)),
    findOneAndUpdate: (...update) => {
      return step(`findOneAndUpdate ${name}`, () => inner.findOneAndUpdate(...update));
    },
    deleteMany: (...filter) => step(`delete ${name}`, () => inner.deleteMany(...filter)),
    ensureIndex: (...index) => inner.ensureIndex(...index),
  };
}
