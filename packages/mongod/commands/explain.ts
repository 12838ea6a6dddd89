import type { Document } from "bson";
import { parseStages } from "../aggregate/stages.ts";
import { field, isDocument, optionalDocument, requiredDocument } from "../arguments.ts";
import type { Collection } from "../collections/collection.ts";
import { MongoError } from "../errors.ts";
import { version } from "../limits.ts";
import { findInTurns, type Query, sortNeeded, type Work } from "../query/execute.ts";
import { describePlan, type Examined } from "../query/explain-plan.ts";
import { planFor } from "../query/plan.ts";
import { finish, type Steps, Turns } from "../turns.ts";
import { aggregate, pushedDown } from "./aggregate.ts";
import type { Call, Command } from "./command.ts";
import { count } from "./count.ts";
import { deleteCommand } from "./delete.ts";
import { distinct } from "./distinct.ts";
import { emptyAsNone, find, queryOf } from "./find.ts";
import { findAndModify } from "./find-and-modify.ts";
import { collectionOf, namespaceOf } from "./namespace.ts";
import { update } from "./update.ts";

/** Explaining a command asks for the privileges that the command itself asks for. */
const explainable: ReadonlyMap<string, Command> = new Map([
  ["aggregate", aggregate],
  ["count", count],
  ["delete", deleteCommand],
  ["distinct", distinct],
  ["find", find],
  ["findAndModify", findAndModify],
  ["update", update],
]);

export const explain: Command = {
  help: "How a command would find its documents: by which index, or by a scan",
  privileges: (call) => {
    const inner = innerCall(call);
    return explainable.get(inner.name)?.privileges(inner) ?? [];
  },
  run: (call) => finish(explanation(call)),
};

function* explanation(call: Call): Steps<Document> {
  const inner = innerCall(call);
  const query = { ...explained(inner), turns: new Turns(call.checkInterrupt) };
  const collection = collectionOf(inner);
  const verbose = call.body.verbosity !== "queryPlanner";
  const asked = { query, namespace: namespaceOf(inner), verbose };
  return {
    explainVersion: "1",
    ...(yield* explainQuery(collection, asked)),
    command: inner.body,
    serverInfo: {
      host: "localhost",
      port: call.instance.port,
      version: version.text,
      gitVersion: "embedded",
    },
    ok: 1,
  };
}

function innerCall(call: Call): Call {
  const body = requiredDocument(field(call.body, "explain", "explain"));
  return { ...call, body, name: Object.keys(body)[0] ?? "" };
}

/** The query inside a command that has one. */
function explained(call: Call): Query {
  const { name, body } = call;
  const at = (field_: string) => field(body, field_, name);
  switch (name) {
    case "find":
      return queryOf(call);
    case "count":
    case "distinct":
      return { filter: optionalDocument(at("query")) ?? {}, hint: emptyAsNone(body.hint) };
    case "findAndModify":
      return {
        filter: optionalDocument(at("query")) ?? {},
        sort: optionalDocument(at("sort")),
        limit: 1,
      };
    case "aggregate":
      return pushedDown(parseStages(Array.isArray(body.pipeline) ? body.pipeline : [])).query;
    case "update":
    case "delete":
      return firstWrite(body[`${name}s`]);
    default:
      throw new MongoError("CommandNotFound", `Explain failed due to unknown command: ${name}`);
  }
}

function firstWrite(writes: unknown): Query {
  const first: unknown = Array.isArray(writes) ? writes[0] : undefined;
  if (!isDocument(first))
    throw new MongoError("InvalidLength", "explained write batches must be of size 1");
  return { filter: isDocument(first.q) ? first.q : {}, hint: emptyAsNone(first.hint) };
}

interface Asked {
  readonly query: Query;
  readonly namespace: string;
  readonly verbose: boolean;
}

function* explainQuery(
  collection: Collection | undefined,
  { query, namespace, verbose }: Asked,
): Steps<Document> {
  const planner = (winningPlan: Document): Document => ({
    queryPlanner: {
      namespace,
      parsedQuery: query.filter,
      indexFilterSet: false,
      maxIndexedOrSolutionsReached: false,
      maxIndexedAndSolutionsReached: false,
      maxScansToExplodeReached: false,
      winningPlan,
      rejectedPlans: [],
    },
  });
  if (!collection)
    return { ...planner({ stage: "EOF" }), ...(verbose ? statistics(emptyWork(), 0, 0) : {}) };
  const plan = planFor(collection, query);
  const sorts = sortNeeded(query.sort, plan);
  const winning = describePlan(plan, { query, sorts });
  if (!verbose) return planner(winning);
  const work = emptyWork();
  const startedMs = performance.now();
  let returned = 0;
  for (const document of findInTurns(collection, { ...query, work })) {
    if (document) returned += 1;
    else yield undefined;
  }
  const millis = Math.floor(performance.now() - startedMs);
  return { ...planner(winning), ...statistics(work, returned, millis, winning) };
}

function emptyWork(): Work {
  return { keysExamined: 0, docsExamined: 0 };
}

function statistics(
  work: Work,
  nReturned: number,
  executionTimeMillis: number,
  plan: Document = { stage: "EOF" },
): Document {
  const examined: Examined = {
    totalKeysExamined: work.keysExamined,
    totalDocsExamined: work.docsExamined,
  };
  return {
    executionStats: {
      executionSuccess: true,
      nReturned,
      executionTimeMillis,
      ...examined,
      executionStages: { ...plan, nReturned, ...examined },
    },
  };
}
