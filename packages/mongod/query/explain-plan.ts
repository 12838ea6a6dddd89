import type { Document } from "bson";
import type { Query } from "./execute.ts";
import type { Plan } from "./plan.ts";

export interface Examined {
  readonly totalKeysExamined: number;
  readonly totalDocsExamined: number;
}

/** A plan as `explain` shows it: MongoDB's stages, from the last to the first. */
export function describePlan(
  plan: Plan,
  { query, sorts }: { query: Query; sorts: boolean },
): Document {
  let stage = access(plan, query.filter);
  if (sorts) {
    stage = {
      stage: "SORT",
      sortPattern: query.sort,
      memLimit: 104857600,
      type: "simple",
      inputStage: stage,
    };
  }
  if (query.skip) stage = { stage: "SKIP", skipAmount: query.skip, inputStage: stage };
  if (query.limit) stage = { stage: "LIMIT", limitAmount: query.limit, inputStage: stage };
  return stage;
}

function access(plan: Plan, filter: Document): Document {
  const filtered = Object.keys(filter).length > 0 ? { filter } : {};
  switch (plan.kind) {
    case "none":
      return { stage: "EOF" };
    case "id":
      return { stage: "IDHACK", indexName: "_id_" };
    case "scan":
      return { stage: "COLLSCAN", ...filtered, direction: plan.reverse ? "backward" : "forward" };
    case "or":
      return {
        stage: "FETCH",
        ...filtered,
        inputStage: { stage: "OR", inputStages: plan.plans.map((each) => access(each, {})) },
      };
    default:
      return { stage: "FETCH", ...filtered, inputStage: indexScan(plan) };
  }
}

function indexScan({ index, intervals, reverse }: Extract<Plan, { kind: "index" }>): Document {
  const { name, key, multikey, unique, sparse, partialFilterExpression } = index.entry;
  return {
    stage: "IXSCAN",
    keyPattern: key,
    indexName: name,
    isMultiKey: multikey,
    isUnique: unique,
    isSparse: sparse,
    isPartial: partialFilterExpression !== undefined,
    indexVersion: 2,
    direction: reverse ? "backward" : "forward",
    intervals: intervals.length,
  };
}
