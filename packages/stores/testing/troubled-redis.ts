import { unavailable } from "@faultline/rpc/errors";
import type { Redis } from "../redis.ts";
import type { Decide } from "./troubled-mongo.ts";

export interface TroubledRedis extends Redis {
  /** How many steps have been asked for. */
  steps(): number;
  /** Does the late steps now. */
  landLateSteps(): Promise<void>;
}

/** A Redis whose every command may go wrong; a script is one step. */
export function troubledRedis(redis: Redis, decide: Decide): TroubledRedis {
  let steps = 0;
  const late: (() => Promise<unknown>)[] = [];

  const step = async <Result>(command: string, work: () => Promise<Result>): Promise<Result> => {
    const fate = await decide(++steps, command);
    if (fate === "done") return await work();
    if (fate === "unheard") await work().catch(() => undefined);
    if (fate === "late") late.push(work);
    throw unavailable(`step ${command} was ${fate}`);
  };

  return {
    addNew: (...add) => step("addNew", () => redis.addNew(...add)),
    addNewToMany: (...add) => step("addNewToMany", () => redis.addNewToMany(...add)),
    put: (...put) => step("put", () => redis.put(...put)),
    newest: (...range) => step("newest", () => redis.newest(...range)),
    oldest: (...range) => step("oldest", () => redis.oldest(...range)),
    remove: (...members) => step("remove", () => redis.remove(...members)),
    count: (...key) => step("count", () => redis.count(...key)),
    keepNewest: (...size) => step("keepNewest", () => redis.keepNewest(...size)),
    get: (...key) => step("get", () => redis.get(...key)),
    set: (...value) => step("set", () => redis.set(...value)),
    exists: (...key) => step("exists", () => redis.exists(...key)),
    delete: (...keys) => step("delete", () => redis.delete(...keys)),
    // Known to the client, and asked of no server.
    runId: (...scope) => redis.runId(...scope),
    evaluate: (...script) => step(`evaluate ${script[0].name}`, () => redis.evaluate(...script)),
    close: () => redis.close(),
    steps: () => steps,
    async landLateSteps() {
      for (const work of late.splice(0)) await work().catch(() => undefined);
    },
  };
}
