import { internal } from "@faultline/rpc/errors";
import { update as applyUpdate, Query } from "mingo";
import type { Document, Filter, Update } from "./mongo.ts";

/** Makes of a document in memory what an update says, in place, and returns it. Throws what the update breaks. */
export function changed(document: Document, update: Update, inserting: boolean): Document {
  const { $setOnInsert, ...rest } = update;
  if (inserting && $setOnInsert) assign(document, $setOnInsert);
  if (Object.keys(rest).some((operator) => !operator.startsWith("$")))
    throw internal("an update consists of operators");
  const { $push = {}, $pull = {}, ...others } = rest;
  if (Object.keys(others).length > 0) applyUpdate(document, others);
  for (const [field, condition] of Object.entries<Document>($pull))
    pull(document, field, condition);
  for (const [field, pushed] of Object.entries($push)) {
    for (const step of pushSteps(pushed)) applyUpdate(document, { $push: { [field]: step } });
  }
  return document;
}

/** `mingo` knows no `$or` and the like in what is pulled. */
function pull(document: Document, field: string, condition: Document): void {
  const alternatives =
    isOperators(condition) && ["$or", "$and", "$nor"].some((it) => it in condition);
  if (!alternatives) {
    applyUpdate(document, { $pull: { [field]: condition } });
    return;
  }
  const query = new Query(condition);
  const items = valueAt(document, field);
  if (!Array.isArray(items)) return;
  applyUpdate(document, { $set: { [field]: items.filter((item) => !query.test(item)) } });
}

/** `mingo` sorts by one field only. Its sorting is stable, so the last field may come first. */
function pushSteps(pushed: unknown): unknown[] {
  if (!isOperators(pushed) || typeof pushed.$sort !== "object") return [pushed];
  const { $sort, $slice, ...added } = pushed;
  const sorts = Object.entries($sort).reverse();
  return [
    added,
    ...sorts.map(([field, direction]) => ({ $each: [], $sort: { [field]: direction } })),
    ...($slice === undefined ? [] : [{ $each: [], $slice }]),
  ];
}

/** What stands in a field, a dotted one inside; undefined if nothing does. */
export function valueAt(document: Document, field: string): unknown {
  return field.split(".").reduce((value: Document, name) => value?.[name], document);
}

/** Sets fields, dotted ones inside, in a document that is not stored yet and may still be given its `_id`. */
function assign(document: Document, { _id, ...fields }: Document): void {
  if (_id !== undefined) document._id = _id;
  if (Object.keys(fields).length > 0) applyUpdate(document, { $set: fields });
}

/** The fields that an upsert takes from its filter: those that are asked to equal something. */
export function equalities(filter: Filter): Document {
  const document: Document = {};
  for (const [field, condition] of Object.entries(filter)) {
    if (field === "$and") for (const part of condition) Object.assign(document, equalities(part));
    if (field.startsWith("$")) continue;
    const operators = isOperators(condition);
    if (operators && !("$eq" in condition)) continue;
    assign(document, { [field]: operators ? condition.$eq : condition });
  }
  return document;
}

function isOperators(condition: unknown): condition is Document {
  return (
    typeof condition === "object" &&
    condition !== null &&
    Object.keys(condition).some((key) => key.startsWith("$"))
  );
}
