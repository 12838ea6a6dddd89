import type { Document } from "bson";
import { expressionTest } from "../aggregate/expression.ts";
import { compilePredicate, type FilterOptions, type Predicate } from "./predicates.ts";

/** The filter of a query: `compilePredicate` that knows aggregation expressions too. */
export function compileFilter(filter: Document, options: FilterOptions = {}): Predicate {
  return compilePredicate(filter, { ...options, expressionTest });
}
